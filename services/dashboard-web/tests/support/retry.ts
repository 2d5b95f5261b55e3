/** An account with one invoice to retry, and the ways that a person goes with it. */
import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { reloadEntries } from "@/features/actions/retry/entries";
import { retryCircuit } from "@/shared/actions/circuits";
import type { Attempt, RetryOffer } from "@/shared/api/actions";
import { attempt, manager, offer, retryable } from "../mock-api/action-builders";
import { open } from "./screen";
import { API, server } from "./server";

export interface Posted {
  key: string | null;
  csrf: string | null;
  body: unknown;
}

/** The account, and a POST that answers one after the other of `answers`; the last one again and again. */
export function serve(
  answers: (() => Response | Promise<Response>)[] = [],
  retry: RetryOffer | null = offer(),
): Posted[] {
  const posted: Posted[] = [];
  server.use(
    http.get(`${API}/me`, () => HttpResponse.json(manager())),
    http.get(`${API}/accounts/:id`, () => HttpResponse.json(retryable(retry))),
    http.post(`${API}/invoices/in_501/payment-retries`, async ({ request }) => {
      posted.push({
        key: request.headers.get("Idempotency-Key"),
        csrf: request.headers.get("X-Trueup-Csrf"),
        body: await request.json(),
      });
      return (answers[Math.min(posted.length, answers.length) - 1] ?? accepted())();
    }),
    http.get(`${API}/payment-retries/:id`, () => HttpResponse.json(attempt())),
  );
  return posted;
}

export const accepted =
  (given: Partial<Attempt> = {}) =>
  () =>
    HttpResponse.json(attempt(given), { status: 202 });

export const settles = (given: Partial<Attempt>) =>
  server.use(http.get(`${API}/payment-retries/:id`, () => HttpResponse.json(attempt(given))));

export const headButton = () =>
  within(document.querySelector(".head-actions") as HTMLElement).getByRole("button", {
    name: "Retry payment of #INV-501",
  });

export async function openConfirmation() {
  const page = open("/accounts/acct_0001");
  await screen.findAllByRole("button", { name: "Retry payment of #INV-501" });
  await page.user.click(headButton());
  const panel = await screen.findByRole("region", { name: "Retry the payment of #INV-501?" });
  return { ...page, panel };
}

export async function confirm() {
  const page = await openConfirmation();
  await page.user.click(within(page.panel).getByRole("button", { name: "Charge $5,200.00" }));
  return page;
}

/** As if the browser had just been opened. */
export function freshTab(): void {
  sessionStorage.clear();
  reloadEntries();
  retryCircuit.reset();
}
