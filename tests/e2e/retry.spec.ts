/** Every row of "what Stripe may answer to pay", from the click to the words on the screen. */
import { overdueInvoice, type Target } from "../../services/dashboard-web/e2e/billing.ts";
import {
  charges,
  expect,
  expectAccessible,
  type Locator,
  openAccount,
  type Page,
  payScript,
  paySettle,
  type Step,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";

test.use({ user: "ana" });

/** From the row's button to the moment after the click that charges. */
async function retry(page: Page, { clientId, number }: Target) {
  await openAccount(page, clientId);
  const invoices = page.getByRole("region", { name: "Invoices" });
  await invoices.getByRole("button", { name: `Retry payment of #${number}` }).click();
  const question = invoices.getByRole("region", { name: `Retry the payment of #${number}?` });
  await expect(question).toContainText("The client will be charged");
  await question.getByRole("button", { name: /^Charge / }).click();
  return invoices.locator(".row-panel .in-place");
}

interface Row {
  name: string;
  answers: Step[];
  /** What the screen must say in the end. */
  word: string;
  text?: RegExp;
  /** What it must say on the way. */
  first?: string;
  /** Then Stripe settles it. */
  settles?: "succeeded" | "failed";
  charged: 0 | 1;
  within_s?: number;
}

const paid = { word: "Paid", charged: 1 } as const;
/** Longer than one call is waited for, where the stack was started for these tests. */
const HOLD = 8;
/** How long a row may take to its end; shorter where its reading is wrong on purpose. */
const PATIENCE_S = Number(process.env.TRUEUP_RETRY_PATIENCE_S ?? 90);
const ENDS = ["Paid", "Already paid", "Payment failed", "The client must confirm", "Not retried", "Needs a person"];

/** Which of these words the card comes to show first: another one than expected is seen at once. */
async function wordOf(card: Locator, among: string[], within_s: number): Promise<string | undefined> {
  let word: string | undefined;
  await expect(async () => {
    const shown = await card.locator("h2").innerText({ timeout: 1000 });
    word = among.find((one) => shown.includes(one));
    expect(word, shown).toBeDefined();
  }).toPass({ timeout: within_s * 1000, intervals: [100] });
  return word;
}

const ROWS: Row[] = [
  { name: "200 paid", answers: ["paid"], ...paid, within_s: 10 },
  { name: "200 open, processing", answers: ["processing"], first: "Retrying…", settles: "succeeded", ...paid },
  {
    name: "402 card_declined",
    answers: ["declined"],
    word: "Payment failed",
    text: /refused without a reason/,
    charged: 0,
  },
  { name: "402 expired_card", answers: ["expired_card"], word: "Payment failed", text: /card has expired/, charged: 0 },
  {
    name: "402 insufficient_funds",
    answers: ["insufficient_funds"],
    word: "Payment failed",
    text: /not enough money/,
    charged: 0,
  },
  {
    name: "402 do_not_try_again",
    answers: [{ answer: "declined", decline_code: "stolen_card", advice_code: "do_not_try_again" }],
    word: "Payment failed",
    text: /Do not try this card again/,
    charged: 0,
  },
  {
    name: "authentication_required",
    answers: ["authentication_required"],
    word: "The client must confirm",
    charged: 0,
  },
  { name: "payment intent requires action", answers: ["requires_action"], word: "The client must confirm", charged: 0 },
  {
    name: "400 invoice is already paid",
    answers: ["already_paid"],
    word: "Already paid",
    text: /nothing was charged/,
    charged: 0,
  },
  {
    name: "400 no payment method",
    answers: ["no_payment_method"],
    word: "Payment failed",
    text: /no payment method/,
    charged: 0,
  },
  {
    name: "404 resource_missing",
    answers: ["resource_missing"],
    word: "Not retried",
    text: /nothing was charged/,
    charged: 0,
  },
  { name: "429 lock_timeout", answers: ["lock_timeout"], ...paid },
  { name: "429 rate limit", answers: ["rate_limit"], ...paid },
  { name: "409 idempotency_key_in_use", answers: ["idempotency_key_in_use"], ...paid },
  {
    name: "400 idempotency_error",
    answers: ["idempotency_error"],
    word: "Needs a person",
    text: /do not know yet/,
    charged: 0,
  },
  { name: "401 unauthorized", answers: ["unauthorized"], word: "Not retried", text: /nothing was charged/, charged: 0 },
  { name: "403 forbidden", answers: ["forbidden"], word: "Not retried", text: /nothing was charged/, charged: 0 },
  { name: "5xx, nothing carried out", answers: ["error_before", "error_before"], first: "Not known yet", ...paid },
  { name: "5xx, carried out", answers: ["error_after"], ...paid },
  {
    name: "time-out, nothing carried out",
    answers: [{ answer: "timeout_before", hold_s: HOLD }],
    first: "Not known yet",
    ...paid,
  },
  {
    name: "time-out, carried out",
    answers: [{ answer: "timeout_after", hold_s: HOLD }],
    first: "Not known yet",
    ...paid,
  },
  { name: "connection cut before", answers: ["cut_before"], ...paid },
  { name: "connection cut after", answers: ["cut_after"], ...paid },
  { name: "a code of a later version", answers: ["new_code"], word: "Payment failed", charged: 0 },
];

for (const [place, row] of ROWS.entries()) {
  test(`row ${row.name}`, async ({ page }) => {
    const target = await overdueInvoice(page, place);
    await payScript(target.invoiceId, row.answers);
    const card = await retry(page, target);
    if (row.first) expect(await wordOf(card, [row.first, ...ENDS], PATIENCE_S)).toBe(row.first);
    if (row.settles) {
      const waiting = "Stripe has not confirmed yet; this page will say so when it does.";
      await expect(card).toContainText(waiting, { timeout: 15_000 });
      await paySettle(target.invoiceId, row.settles);
    }
    expect(await wordOf(card, ENDS, Math.min(PATIENCE_S, row.within_s ?? PATIENCE_S))).toBe(row.word);
    if (row.text) await expect(card).toContainText(row.text, { timeout: 5000 });
    await expectAccessible(page, ".row-panel");
    expect(await charges(target.invoiceId)).toBe(row.charged);
    await expect(page.getByRole("region", { name: "Payment attempts" })).toContainText(row.word);
  });
}
