/** Answers of the API as tests and the development page need them; every part can be given. */
import type {
  Account,
  AccountItem,
  Forecast,
  Invoice,
  Me,
  Payment,
  Portfolio,
  Reconciliation,
  SourceAge,
  TimelineEntry,
  Trend,
  Variance,
} from "@/shared/api/types";
import { dayNumber, toDay } from "@/shared/lib/dates";

export const NOW = new Date("2026-11-23T09:30:00Z");
export const TODAY = "2026-11-23";

export const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000).toISOString();
export const daysFrom = (day: string, days: number) => toDay(dayNumber(day) + days);

export function me(given: Partial<Me> = {}): Me {
  return {
    user: "ana",
    name: "Ana Alvarez",
    email: "ana@example.com",
    role: "account_manager",
    permissions: ["self", "portfolio.read", "sources.read", "syncs.request", "payments.read"],
    csrf: "1",
    ...given,
  };
}

export const complete = (): SourceAge[] => [
  { source: "amplitude", as_of: minutesAgo(3), state: "complete" },
  { source: "quickbooks", as_of: minutesAgo(1), state: "complete" },
  { source: "stripe", as_of: minutesAgo(0), state: "complete" },
];

export const october = { start: "2026-10-01", end: "2026-11-01" };

export function variance(given: Partial<Variance> = {}): Variance {
  return {
    period: october,
    expected_minor: 500_000,
    billed_minor: 500_000,
    amount_minor: 0,
    percent: "0.00",
    band: "matched",
    currency: "USD",
    reasons: [],
    ...given,
  };
}

export function item(given: Partial<AccountItem> = {}): AccountItem {
  return {
    client_id: "acct_0001",
    name: "Harbor Analytics",
    active: true,
    usage_mtd: [{ metric: "api_calls", quantity: "1834500", unit: "calls" }],
    invoice_total: { amount_minor: 520_000, currency: "USD" },
    invoice_totals: [],
    due_date: "2026-11-17",
    status: "pending",
    variance: variance(),
    flagged: false,
    summary: "October 2026: billed what was used",
    trend: Array.from({ length: 30 }, (_, index) => String(60_000 + 900 * index + ((index * 7919) % 11) * 1500)),
    sources: complete(),
    revision: 1,
    reconciled_at: minutesAgo(1),
    ...given,
  };
}

export function portfolio(items: AccountItem[], given: Partial<Portfolio> = {}): Portfolio {
  return {
    items,
    page: 1,
    page_size: 50,
    total: items.length,
    totals: {
      accounts: items.length,
      flagged: items.filter(({ flagged }) => flagged).length,
      cannot_judge: items.filter((one) => one.variance?.band === "cannot_judge").length,
      by_currency: [{ currency: "USD", invoice_total_minor: 1_000_000, overdue_minor: 182_310, overdue_count: 2 }],
    },
    as_of: [
      { source: "amplitude", as_of: minutesAgo(3), state: "complete" },
      { source: "quickbooks", as_of: minutesAgo(1), state: "complete" },
      { source: "stripe", as_of: minutesAgo(0), state: "complete" },
    ],
    ...given,
  };
}

export function reconciliation(given: Partial<Reconciliation> = {}): Reconciliation {
  return {
    period: october,
    currency: "USD",
    expected_minor: 500_000,
    billed_minor: 474_500,
    amount_minor: -25_500,
    percent: "-5.10",
    band: "under_billed",
    due: true,
    period_assumed: false,
    reasons: [],
    receipt: {
      expected: [
        {
          metric: "api_calls",
          unit: "calls",
          quantity: "1000000",
          unit_price: "0.004",
          amount_minor: 400_000,
          item_name: "API calls",
        },
        {
          metric: "messages_sent",
          unit: "messages",
          quantity: "50000",
          unit_price: "0.02",
          amount_minor: 100_000,
          item_name: "Messages",
        },
      ],
      billed: [
        {
          document_id: "quickbooks:invoice:501",
          number: "INV-501",
          description: "API calls, October",
          quantity: "966250",
          unit_price: "0.004",
          amount_minor: 386_500,
          assumed: false,
        },
        {
          document_id: "quickbooks:invoice:501",
          number: "INV-501",
          description: "Messages, October",
          quantity: "50000",
          unit_price: "0.02",
          amount_minor: 100_000,
          assumed: false,
        },
      ],
      credits: [{ document_id: "quickbooks:credit_memo:77", number: "CM-77", amount_minor: 12_000 }],
    },
    ...given,
  };
}

export function trend(given: Partial<Trend> = {}): Trend {
  const first = "2026-08-01";
  const days = Array.from({ length: dayNumber(TODAY) - dayNumber(first) + 1 }, (_, index) => {
    const day = daysFrom(first, index);
    const weekend = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
    const value = (30_000 + 120 * index) * (weekend ? 0.62 : 1.1) + ((index * 7919) % 13) * 420;
    return { day, quantity: String(Math.round(day === TODAY ? value * 0.3 : value)), closed: day !== TODAY };
  });
  return {
    metric: "api_calls",
    unit: "calls",
    days,
    line: { from: first, to: "2026-12-31", intercept: "30500", slope: "118.4" },
    ...given,
  };
}

export function forecast(given: Partial<Forecast> = {}): Forecast {
  const usd = (amount_minor: number) => ({ amount_minor, currency: "USD" });
  return {
    status: "ok",
    quarter: { start: "2026-10-01", end: "2027-01-01" },
    amount: usd(1_702_400),
    low: usd(1_651_200),
    high: usd(1_753_600),
    method: "linear least squares",
    version: 1,
    basis: "rate_card",
    metrics: [
      {
        metric: "api_calls",
        unit: "calls",
        actual_quantity: "2204500",
        projected_quantity: "4256000",
        low_quantity: "4128000",
        high_quantity: "4384000",
        slope: "118.4",
        intercept: "30500",
        days_used: 114,
        from_day: "2026-08-01",
        to_day: "2026-11-22",
        backtest_error_percent: "3.42",
      },
    ],
    excluded: [],
    ...given,
  };
}

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
      { source: "amplitude", external_id: "acct_0001", name: null, linked_by: "import" },
      { source: "quickbooks", external_id: "1042", name: "Harbor Analytics Inc.", linked_by: "import" },
      { source: "stripe", external_id: "cus_Nx8a01", name: "Harbor Analytics", linked_by: "exact_key" },
    ],
    forecast: forecast(),
    trend_detail: [trend()],
    invoices: [
      invoice(),
      invoice({
        document_id: "quickbooks:invoice:488",
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
    payments: [
      payment(),
      payment({
        object_id: "pi_9002",
        status: "failed",
        occurred_at: "2026-11-17T08:00:00Z",
        invoice_number: "INV-501",
        amount_minor: 520_000,
        failure: { code: "card_declined", message: "Your card was declined." },
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
              amount_minor: 361_200,
              item_name: "API calls",
            },
          ],
          billed: [],
          credits: [],
        },
      }),
      reconciliation({
        period: { start: "2026-09-01", end: "2026-10-01" },
        band: "matched",
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
        },
      }),
    ],
    watermarks: [],
    auto_reconciled: false,
    ...given,
  };
}
