import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { reloadEntries } from "@/features/actions/retry/entries";
import { retryCircuit } from "@/shared/actions/circuits";
import { decline, offer, retryable } from "../../mock-api/action-builders";
import { accepted, confirm, freshTab, headButton, openConfirmation, serve, settles } from "../../support/retry";
import { API, problem, server } from "../../support/server";

beforeEach(freshTab);

describe("a retry without an answer", () => {
  it("is not known, is asked again with the same key, and the key is new after a final answer", async () => {
    const posted = serve([
      () => HttpResponse.error(),
      accepted({ state: "failed", final: true, failure: decline("card_declined") }),
      accepted({ id: "second" }),
    ]);
    settles({ state: "failed", final: true, failure: decline("card_declined") });
    const { user } = await confirm();
    const card = await screen.findByRole("region", { name: "No answer" });
    expect(card.textContent).toContain("We do not know yet whether the client was charged.");
    expect(screen.queryByText(/failed/i, { selector: ".in-place *" })).toBeNull();
    act(() => retryCircuit.reset());
    await user.click(within(card).getByRole("button", { name: "Ask again" }));
    await screen.findByRole("region", { name: "Payment failed" });
    await user.click(screen.getByRole("button", { name: "Close" }));
    await user.click(headButton());
    await user.click(await screen.findByRole("button", { name: "Charge $5,200.00" }));
    await waitFor(() => expect(posted).toHaveLength(3));
    expect(posted[1]).toEqual(posted[0]);
    expect(posted[2]?.key).not.toBe(posted[0]?.key);
  });

  it("keeps its key over a reload while nobody has answered", async () => {
    const posted = serve([() => HttpResponse.error(), accepted()]);
    const { user } = await confirm();
    await screen.findByRole("region", { name: "No answer" });
    act(() => {
      reloadEntries();
      retryCircuit.reset();
    });
    await user.click(await screen.findByRole("button", { name: "Ask again" }));
    await screen.findByRole("region", { name: "Retrying…" });
    expect(posted[1]?.key).toBe(posted[0]?.key);
  });

  it("follows the attempt that the account shows in the meantime", async () => {
    serve([() => HttpResponse.error()]);
    const { client } = await confirm();
    await screen.findByRole("region", { name: "No answer" });
    server.use(
      http.get(`${API}/accounts/:id`, () =>
        HttpResponse.json(
          retryable(offer({ allowed: false, reason: "attempt_open", open_attempt_id: "0199a1b2-attempt" })),
        ),
      ),
    );
    settles({ state: "succeeded", final: true });
    await act(() => client.invalidateQueries({ queryKey: ["account", "acct_0001"] }));
    expect(await screen.findByRole("region", { name: "Paid" })).toBeTruthy();
  });

  it("does not lose a confirmation's key when it is closed or reloaded", async () => {
    const posted = serve([accepted()]);
    const { user } = await openConfirmation();
    const before = JSON.parse(sessionStorage.getItem("trueup.payment-retries") ?? "{}").in_501.key;
    await user.keyboard("{Escape}");
    act(() => reloadEntries());
    await user.click(headButton());
    await user.click(await screen.findByRole("button", { name: "Charge $5,200.00" }));
    await waitFor(() => expect(posted).toHaveLength(1));
    expect(posted[0]?.key).toBe(before);
  });
});

describe("a retry that is refused", () => {
  it("says the reason; nothing was charged", async () => {
    serve([() => problem(409, "retry_not_allowed", "Not allowed", "QuickBooks already shows this invoice as paid.")]);
    await confirm();
    const card = await screen.findByRole("region", { name: "Not retried" });
    expect(card.textContent).toContain("QuickBooks already shows this invoice as paid. Nothing was charged.");
  });

  it("shows the new amount and asks anew, with a new key", async () => {
    const posted = serve([() => problem(409, "amount_changed"), accepted()]);
    const { user } = await confirm();
    const alert = await screen.findByText(/What is owed has changed since you looked/);
    expect(alert).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Charge $5,200.00" }));
    await waitFor(() => expect(posted).toHaveLength(2));
    expect(posted[1]?.key).not.toBe(posted[0]?.key);
  });

  it("goes grey when the API errs, with the reason and the time of the next look, and stays reachable", async () => {
    serve([() => problem(503, "unavailable")]);
    await confirm();
    const card = await screen.findByRole("region", { name: "No answer" });
    const button = within(card).getByRole("button", { name: "Ask again" });
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(card.textContent).toContain("Trueup answers with an error (503).");
    expect(card.textContent).toMatch(/Tried again in \d s, by itself/);
    button.focus();
    expect(document.activeElement).toBe(button);
  });
});
