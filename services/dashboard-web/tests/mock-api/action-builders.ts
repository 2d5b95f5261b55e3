/** Retries and flags as the API answers them. */
import type { Attempt, Flag, FlagDraft, RetryOffer } from "@/shared/api/actions";
import type { Account, Invoice, Me } from "@/shared/api/types";
import { account, invoice } from "./account-builders";
import { me, minutesAgo, NOW } from "./builders";

export const manager = (given: Partial<Me> & { read_only?: boolean } = {}): Me => {
  const plain = me();
  return { ...plain, permissions: [...plain.permissions, "payments.retry", "flags.send"], ...given } as Me;
};

export function offer(given: Partial<RetryOffer> = {}): RetryOffer {
  return {
    allowed: true,
    reason: null,
    text: null,
    attempts: 1,
    method: { kind: "card", brand: "visa", last4: "4242" },
    amount: { amount_minor: 520_000, currency: "USD" },
    open_attempt_id: null,
    ...given,
  };
}

export function attempt(given: Partial<Attempt> = {}): Attempt {
  return {
    id: "0199a1b2-attempt",
    client_id: "acct_0001",
    gateway_invoice_id: "in_501",
    invoice_number: "INV-501",
    state: "requested",
    needs_person: false,
    reason: null,
    failure: null,
    hosted_url: null,
    amount: { amount_minor: 520_000, currency: "USD" },
    method: { kind: "card", brand: "visa", last4: "4242" },
    requested_by: "Ana Alvarez",
    requested_at: NOW.toISOString(),
    started_at: null,
    settled_at: null,
    final: false,
    text: "The retry has been handed over to Stripe.",
    ...given,
  };
}

export const decline = (code: string, given: Partial<NonNullable<Attempt["failure"]>> = {}) => ({
  code,
  decline_code: null,
  advice_code: null,
  message: null,
  text: "The bank refused the card.",
  ...given,
});

export const overdue = (retry: RetryOffer | null = offer(), given: Partial<Invoice> = {}): Invoice =>
  ({ ...invoice(given), retry }) as Invoice;

/** An account whose one overdue invoice can be retried. */
export function retryable(retry: RetryOffer | null = offer(), given: Record<string, unknown> = {}): Account {
  const paid = invoice({
    document_id: "quickbooks:invoice:488",
    number: "INV-488",
    status: "paid",
    remaining_minor: 0,
  });
  return { ...account({ invoices: [overdue(retry), paid] }), payment_retries: [], flag: null, ...given } as Account;
}

export function draft(given: Partial<FlagDraft> = {}): FlagDraft {
  return {
    channel: "slack",
    targets: [
      { id: "billing", label: "#billing-issues" },
      { id: "finance", label: "#finance" },
    ],
    subject: "Harbor Analytics: October 2026: billed 255.00 USD (5.10 %) less than used",
    text: "Rule: what is billed may fall short of what was used by at most 5 %; this is more.\n\nWhat triggered it: October 2026: billed 255.00 USD (5.10 %) less than used.\n\nWhat is missing: nothing; the figures rest on all three sources.\n\nNext: compare the invoice with the usage below, then bill the rest or explain the difference.",
    preview_html: null,
    blocks: null,
    evidence: [
      { label: "Account", value: "Harbor Analytics (acct_0001)" },
      { label: "Expected", value: "5,000.00 USD" },
      { label: "Billed", value: "4,745.00 USD" },
      { label: "Difference", value: "-255.00 USD (-5.10 %)" },
      { label: "Invoice INV-501", value: "5,200.00 USD, overdue, due 2026-11-17, 5,200.00 USD remaining (in_501)" },
      { label: "Stripe", value: "complete, as of 2026-11-23 09:30 UTC (0 min before this draft)" },
    ],
    link: "https://trueup.example.com/accounts/acct_0001",
    ...given,
  };
}

export function flag(given: Partial<Flag> = {}): Flag {
  return {
    id: "0199a1b2-flag",
    client_id: "acct_0001",
    channel: "slack",
    target: { id: "billing", label: "#billing-issues" },
    discrepancy: null,
    period_start: null,
    subject: draft().subject,
    text: draft().text,
    repeated: false,
    state: "queued",
    reason: null,
    permalink: null,
    flagged_by: "ana",
    flagged_by_name: "Ana Alvarez",
    created_at: minutesAgo(0),
    sent_at: null,
    ...given,
  };
}
