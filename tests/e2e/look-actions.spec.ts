/** Retrying and flagging in each of their states. The stack stays; the browser is told what Stripe or Slack answered. */
import { expect, openAccount, ownAccount, type Page, test } from "../../services/dashboard-web/e2e/harness.ts";
import { expectEveryLook } from "../../services/dashboard-web/e2e/looks.ts";
import { answer, problem, withChange } from "../../services/dashboard-web/e2e/mocks.ts";
import { attempt, decline, flag, offer } from "../../services/dashboard-web/tests/mock-api/action-builders.ts";

test.use({ user: "ana" });

type Detail = { invoices: object[]; payment_retries: object[] };

const declined = attempt({
  id: "earlier",
  state: "failed",
  final: true,
  failure: decline("card_declined", { decline_code: "insufficient_funds", advice_code: "try_again_later" }),
  settled_at: "2026-11-20T08:00:00Z",
  text: "The bank declined the card: not enough money.",
});

/** Her account with an overdue invoice; another one cannot be retried, and says why. */
async function openOverdue(page: Page): Promise<void> {
  const id = await ownAccount(page);
  await withChange<Detail>(page, `**/api/v1/accounts/${id}`, (account) => ({
    ...account,
    payment_retries: [declined],
    invoices: account.invoices.map((one, index) => {
      const due = { ...one, kind: "invoice", status: "overdue", gateway_invoice_id: `in_${501 + index}` };
      if (index === 0) return { ...due, number: "INV-501", retry: offer({ attempts: 2 }) };
      if (index > 1) return one;
      const text = "The bank advises not to try this card again; ask the client for another one.";
      return { ...due, number: "INV-502", retry: offer({ allowed: false, reason: "hard_decline_same_card", text }) };
    }),
  }));
  await openAccount(page, id);
}

const ENDS = [
  { state: "succeeded", final: true, text: "Paid." },
  { state: "already_paid", final: true, text: "The invoice was paid before; nothing was charged." },
  { state: "failed", final: true, failure: decline("expired_card"), text: "The card has expired." },
  {
    state: "needs_customer",
    final: true,
    hosted_url: "https://pay.example.com/i/1",
    text: "The bank asks the client.",
  },
  { state: "refused", final: true, text: "Stripe does not accept Trueup's key; nothing was charged." },
  { state: "unknown", final: false, text: "Not known." },
  { state: "unknown", final: false, needs_person: true, text: "Not known." },
] as const;

test("a retry: asked, being handed over, unanswered, refused and under way", async ({ page, watch }) => {
  watch.expectComplaints(/409|503/);
  const POST = "**/in_501/payment-retries";
  const panel = page.locator(".row-panel .in-place");
  const ask = async () => {
    await page.getByRole("button", { name: "Retry payment of #INV-501" }).last().click();
    await panel.getByRole("button", { name: /^Charge / }).waitFor();
  };
  const charge = () => panel.getByRole("button", { name: /^Charge / }).click();
  await openOverdue(page);
  await expectEveryLook(page);
  await ask();
  await expectEveryLook(page);
  await page.route(POST, () => new Promise(() => undefined));
  await charge();
  await expect(page.getByText(/No answer yet\./)).toBeVisible();
  await expectEveryLook(page, ".section:has(.row-panel)");
  await page.unroute(POST);
  await page.reload();
  // What was under way when the page went is without an answer now; it can only be asked for again.
  await expect(panel.locator("h2")).toContainText("No answer");
  await expectEveryLook(page, ".section:has(.row-panel)");
  const refusal = problem(409, { code: "retry_not_allowed", title: "Not now", detail: "The invoice is not open." });
  await page.route(POST, (route) => route.fulfill(refusal));
  await panel.getByRole("button", { name: "Ask again" }).click();
  await expect(panel).toContainText("The invoice is not open.");
  await expectEveryLook(page, ".section:has(.row-panel)");
});

test("a retry: under way, late, and however it ends", async ({ page }) => {
  let now = attempt({ state: "processing" });
  await page.route("**/in_501/payment-retries", (route) => route.fulfill(answer(now, 202)));
  await page.route("**/payment-retries/*", (route) => route.fulfill(answer(now)));
  await openOverdue(page);
  const panel = page.locator(".row-panel .in-place");
  const begin = async () => {
    await page.getByRole("button", { name: "Retry payment of #INV-501" }).last().click();
    await panel.getByRole("button", { name: /^Charge / }).click();
  };
  await begin();
  await expect(panel).toContainText("Stripe has not confirmed yet");
  await expectEveryLook(page);
  for (const [index, end] of ENDS.entries()) {
    now = attempt({ ...end, id: `end-${index}`, settled_at: end.final ? "2026-11-23T09:00:00Z" : null });
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await begin();
    await expect(panel.locator("code")).toHaveText(`end-${index}`);
    await expectEveryLook(page, ".row-panel");
  }
});

test("a flag: written, off, and however its delivery ends", async ({ page, watch }) => {
  watch.expectComplaints(/503/);
  let now = flag({ state: "sending" });
  await page.route("**/api/v1/flags/*", (route) => route.fulfill(answer(now)));
  await openAccount(page, await ownAccount(page));
  const panel = page.getByRole("region", { name: /^Flag an issue with/ });
  const write = async () => {
    await page.locator(".head-actions").getByRole("button", { name: "Flag issue" }).click();
    await expect(panel.getByRole("textbox", { name: "Text" })).not.toHaveValue("");
  };
  const send = () => panel.getByRole("button", { name: /^(Send|Ask again)$/ }).click();
  await write();
  await expectEveryLook(page);
  await panel.getByRole("radio", { name: "E-mail" }).check();
  await expect(panel.getByRole("textbox", { name: "Subject" })).not.toHaveValue("");
  await expectEveryLook(page);
  await page.route("**/accounts/*/flags", (route) => route.fulfill(problem(503)));
  await send();
  await expect(panel.getByText(/answers with an error \(503\)/)).toBeVisible();
  await expectEveryLook(page);
  await page.unroute("**/accounts/*/flags");
  await page.route("**/accounts/*/flags", (route) => route.fulfill(answer(now, 202)));
  for (const [index, end] of (
    [
      { state: "sending" },
      { state: "queued", reason: "ratelimited" },
      { state: "sent", sent_at: "2026-11-23T09:00:00Z", permalink: "https://chat.example.com/p1" },
      { state: "sent", sent_at: "2026-11-23T09:00:00Z", repeated: true },
      { state: "failed", reason: "channel_not_found" },
      { state: "unknown", reason: "timeout" },
    ] as const
  ).entries()) {
    now = flag({ ...end, id: `flag-${index}` });
    await page.reload();
    await write();
    await send();
    await expect(panel.locator(".delivery-state")).toBeVisible();
    await expectEveryLook(page, ".head-actions");
  }
});
