/** Answers of the API as tests and the development page need them; every part can be given. */
import type { AccountItem, Me, Portfolio, SourceAge, Variance } from "@/shared/api/types";
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
    permissions: ["self", "portfolio.read", "sources.read", "syncs.request", "payments.read", "exports.create"],
    csrf: "1",
    read_only: false,
    disclaimer: "Informational only, not an invoice or revenue recognition record (ASC 606)",
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
    unexplained_minor: 0,
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
    flag: null,
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
