/** The parts of the account page. */
import type { Account, Invoice, Payment, TimelineEntry } from "@/shared/api/types";
import { item, october, variance } from "./builders";
import { forecast, trend } from "./forecast-builders";
import { reconciliation } from "./reconciliation-builders";

export function invoice(given: Partial<Invoice> = {}): Invoice {
  return {
    document_id: "quickbooks:invoice:501",
    number: "INV-501",
    kind: "invoice",
    period: { ...october, assumed: false },
    issued_on: "2026-11-01",
    due_on: "2026-11-17",
    total_minor: 520_000,
    tax_minor: 33_500,
    remaining_minor: 520_000,
    paid_minor: 0,
    credited_minor: 0,
    currency: "USD",
    status: "overdue",
    paid_at: null,
    via: null,
    gateway_invoice_id: "in_501",
    lines: [],
    ...given,
  };
}

export function payment(given: Partial<Payment> = {}): Payment {
  return {
    object_id: "pi_9001",
    kind: "payment",
    status: "succeeded",
    amount_minor: 498_000,
    currency: "USD",
    occurred_at: "2026-10-19T14:12:00Z",
    source: "stripe",
    invoice_number: "INV-488",
    gateway_invoice_id: "in_488",
    method: { kind: "card", brand: "visa", last4: "4242" },
    failure: null,
    ...given,
  };
}

export function event(given: Partial<TimelineEntry> = {}): TimelineEntry {
  return {
    occurred_at: "2026-11-01T06:00:00Z",
    learned_at: "2026-11-01T06:00:40Z",
    source: "quickbooks",
    kind: "invoice_issued",
    title: "Invoice INV-501 issued: 5,200.00 USD",
    before: null,
    after: null,
    data: {},
    ...given,
  };
}

type LinkedRef = Account["refs"][number];
const linkedRef = (source: LinkedRef["source"], id: string, name: string | null, by: string): LinkedRef => {
  return { ref: `${source}:${id}`, source, external_id: id, name, linked_by: by };
};

export function account(given: Partial<Account> = {}): Account {
  const flagged = variance({ billed_minor: 474_500, amount_minor: -25_500, percent: "-5.10", band: "under_billed" });
  return {
    ...item({
      variance: flagged,
      flagged: true,
      status: "overdue",
      summary: "October 2026: billed 255.00 USD (5.10 %) less than used",
    }),
    time_zone: "America/New_York",
    active_from: "2024-03-01",
    active_to: null,
    refs: [
      linkedRef("amplitude", "acct_0001", null, "import"),
      linkedRef("quickbooks", "1042", "Harbor Analytics Inc.", "import"),
      linkedRef("stripe", "cus_Nx8a01", "Harbor Analytics", "exact_key"),
    ],
    forecast: forecast(),
    trend_detail: [trend()],
    invoices: [
      invoice(),
      invoice({
        document_id: "quickbooks:invoice:488",
        gateway_invoice_id: "in_488",
        number: "INV-488",
        issued_on: "2026-10-01",
        due_on: "2026-10-21",
        period: { start: "2026-09-01", end: "2026-10-01", assumed: false },
        total_minor: 498_000,
        remaining_minor: 0,
        status: "paid",
        paid_at: "2026-10-19T14:12:00Z",
        via: "stripe",
      }),
    ],
    invoices_total: 26,
    flags: [],
    decisions: [],
    partials: [],
    payment_retries: [],
    payments: [
      payment(),
      payment({
        object_id: "pi_9002",
        status: "failed",
        occurred_at: "2026-11-17T08:00:00Z",
        invoice_number: "INV-501",
        amount_minor: 520_000,
        failure: { code: "card_declined", message: "Your card was declined.", text: "The bank refused the card." },
      }),
    ],
    discrepancies: [
      {
        code: "under_billed",
        period: october,
        band: "under_billed",
        amount_minor: -25_500,
        currency: "USD",
        percent: "-5.10",
        text: "October 2026: billed 255.00 USD (5.10 %) less than used",
      },
    ],
    reconciliations: [
      reconciliation(),
      reconciliation({
        period: { start: "2026-11-01", end: "2026-12-01" },
        due: false,
        band: "not_due",
        explained: [],
        unexplained_minor: 0,
        expected_minor: 361_200,
        billed_minor: 0,
        amount_minor: -361_200,
        percent: "-100.00",
        receipt: {
          expected: [
            {
              metric: "api_calls",
              unit: "calls",
              quantity: "903000",
              unit_price: "0.004",
              component: "api_calls",
              kind: "per_unit",
              formula: "903,000 calls × 0.004 USD",
              amount_minor: 361_200,
              item_name: "API calls",
            },
          ],
          billed: [],
          credits: [],
          boundary: [],
        },
      }),
      reconciliation({
        period: { start: "2026-09-01", end: "2026-10-01" },
        band: "matched",
        explained: [],
        unexplained_minor: 0,
        expected_minor: 478_000,
        billed_minor: 478_000,
        amount_minor: 0,
        percent: "0.00",
        receipt: {
          expected: [
            {
              metric: "api_calls",
              unit: "calls",
              quantity: "1195000",
              unit_price: "0.004",
              component: "api_calls",
              kind: "per_unit",
              formula: "1,195,000 calls × 0.004 USD",
              amount_minor: 478_000,
              item_name: "API calls",
            },
          ],
          billed: [
            {
              document_id: "quickbooks:invoice:488",
              number: "INV-488",
              description: "API calls, September",
              quantity: "1195000",
              unit_price: "0.004",
              amount_minor: 478_000,
              assumed: false,
            },
          ],
          credits: [],
          boundary: [],
        },
      }),
    ],
    watermarks: [],
    auto_reconciled: false,
    ...given,
  };
}
