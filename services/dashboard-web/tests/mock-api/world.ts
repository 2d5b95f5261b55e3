/** A portfolio of 700 accounts with every situation, for looking at the page without a stack. */
import type { AccountItem, Band, PaymentStatus, Portfolio } from "@/shared/api/types";
import { account, event, invoice } from "./account-builders";
import { manager } from "./action-builders";
import { actionAnswer, withActions } from "./actions-world";
import { complete, daysFrom, item, portfolio, TODAY, variance } from "./builders";
import { portfolioForecast } from "./forecast-builders";

const FIRST = [
  "Harbor",
  "Northwind",
  "Lumen",
  "Cobalt",
  "Juniper",
  "Meridian",
  "Quarry",
  "Saffron",
  "Tidewater",
  "Umbra",
  "Verdant",
  "Willow",
  "Argent",
  "Basalt",
  "Cinder",
  "Drift",
];
const SECOND = [
  "Analytics",
  "Logistics",
  "Health",
  "Robotics",
  "Media",
  "Energy",
  "Payments",
  "Security",
  "Foods",
  "Mobility",
  "Labs",
  "Systems",
];
const CURRENCIES = ["USD", "USD", "USD", "EUR", "USD", "JPY", "EUR"];
const STATUSES: PaymentStatus[] = [
  "paid",
  "paid",
  "pending",
  "paid",
  "overdue",
  "paid",
  "pending",
  "partly_paid",
  "paid",
  "failed",
  "paid",
  "in_dispute",
  "refunded",
];
const PERCENTS = [0, 0, 0, 0, 1.2, 0, 3.4, 0, 0, -7, 0, 40, 0, 0, -5.1, 0, 0, 5.0, 0, 0, 0, 0, 0];

function bandOf(percent: number): Band {
  const size = Math.abs(percent);
  if (size === 0) return "matched";
  if (size < 2) return "auto_resolved";
  if (size <= 5) return "within_tolerance";
  return percent > 0 ? "over_billed" : "under_billed";
}

function row(index: number): AccountItem {
  const currency = CURRENCIES[index % CURRENCIES.length] ?? "USD";
  const expected_minor = (((index * 7919) % 900) + 40) * (currency === "JPY" ? 300 : 1000);
  const percent = PERCENTS[index % PERCENTS.length] ?? 0;
  const amount_minor = Math.round((expected_minor * percent) / 100);
  const band = bandOf(percent);
  const flagged = band === "over_billed" || band === "under_billed";
  const status = STATUSES[index % STATUSES.length] ?? "paid";
  const unjudged = index % 61 === 5;
  return item({
    client_id: `acct_${String(index + 1).padStart(4, "0")}`,
    name: `${FIRST[index % FIRST.length]} ${SECOND[(index * 5) % SECOND.length]}${index >= 192 ? ` ${Math.floor(index / 192) + 1}` : ""}`,
    usage_mtd: [
      { metric: "api_calls", quantity: String(((index * 104_729) % 4_000_000) + 900), unit: "calls" },
      ...(index % 3 === 0
        ? [{ metric: "messages_sent", quantity: String((index * 37) % 90_000), unit: "messages" }]
        : []),
    ],
    invoice_total: { amount_minor: expected_minor + amount_minor, currency },
    due_date: daysFrom(TODAY, status === "overdue" ? -((index % 20) + 1) : (index % 28) + 1),
    status,
    flagged: flagged && !unjudged,
    variance: unjudged
      ? variance({
          band: "cannot_judge",
          expected_minor: null,
          billed_minor: null,
          amount_minor: null,
          unexplained_minor: null,
          percent: null,
          currency: null,
          reasons: [
            {
              code: "partial",
              source: "quickbooks",
              cure: "Repair what the source could not deliver; the next pull clears it.",
            },
          ],
        })
      : variance({
          expected_minor,
          billed_minor: expected_minor + amount_minor,
          amount_minor,
          unexplained_minor: index % 3 === 0 ? 0 : amount_minor,
          percent: percent.toFixed(2),
          band,
          currency,
        }),
    summary: flagged
      ? `October 2026: billed ${Math.abs(percent)} % ${percent > 0 ? "more" : "less"} than used`
      : "October 2026: billed what was used",
    sources: unjudged
      ? complete().map((one) => (one.source === "quickbooks" ? { ...one, state: "partial" as const } : one))
      : complete(),
  });
}

const ROWS = Array.from({ length: 700 }, (_, index) => row(index));

function list(params: URLSearchParams): Portfolio {
  const search = params.get("search")?.toLowerCase() ?? "";
  const status = params.getAll("status");
  const band = params.getAll("band");
  const ids = params.get("ids")?.split(",");
  const found = ROWS.filter(
    (one) =>
      one.name.toLowerCase().includes(search) &&
      (!status.length || status.includes(one.status ?? "")) &&
      (!band.length || band.includes(one.variance?.band ?? "")) &&
      (params.get("flagged") !== "true" || one.flagged) &&
      (!ids || ids.includes(one.client_id)),
  ).sort((a, b) => Math.abs(b.variance?.amount_minor ?? -1) - Math.abs(a.variance?.amount_minor ?? -1));
  const page = Number(params.get("page") ?? 1);
  const size = Number(params.get("page_size") ?? 50);
  const answer = portfolio(found.slice((page - 1) * size, page * size), { page, total: found.length });
  return {
    ...answer,
    totals: {
      accounts: found.length,
      flagged: found.filter((one) => one.flagged).length,
      cannot_judge: found.filter((one) => one.variance?.band === "cannot_judge").length,
      by_currency: ["USD", "EUR", "JPY"].map((currency) => {
        const late = found.filter((one) => one.status === "overdue" && one.invoice_total?.currency === currency);
        const sum = (rows: AccountItem[]) =>
          rows.reduce((total, one) => total + (one.invoice_total?.amount_minor ?? 0), 0);
        return { currency, invoice_total_minor: sum(found), overdue_minor: sum(late), overdue_count: late.length };
      }),
    },
  };
}

function detail(id: string): unknown {
  const found = ROWS.find((one) => one.client_id === id);
  if (!found) return undefined;
  const unjudged = found.variance?.band === "cannot_judge";
  return {
    ...withActions(account({ client_id: id, name: found.name, sources: found.sources, revision: found.revision })),
    ...(unjudged
      ? { variance: found.variance, flagged: false, forecast: { ...account().forecast, status: "cannot_judge" } }
      : {}),
  };
}

const TIMELINE = [
  event({
    occurred_at: "2026-11-20T08:00:00Z",
    learned_at: "2026-11-20T08:00:01Z",
    source: "trueup",
    kind: "judged",
    title: "October 2026: under billed (flagged)",
  }),
  event({
    occurred_at: "2026-11-17T23:59:59Z",
    learned_at: "2026-11-18T05:00:00Z",
    kind: "invoice_status",
    title: "Invoice INV-501 is overdue",
    before: "pending",
    after: "overdue",
  }),
  event({
    occurred_at: "2026-11-17T08:00:00Z",
    learned_at: "2026-11-17T08:00:02Z",
    source: "stripe",
    kind: "payment",
    title: "Payment failed: 5,200.00 USD",
    after: "failed",
  }),
  event(),
  event({
    occurred_at: "2026-10-19T14:12:00Z",
    learned_at: "2026-10-19T14:12:02Z",
    source: "stripe",
    kind: "payment",
    title: "Payment received: 4,980.00 USD",
    after: "succeeded",
  }),
  event({
    occurred_at: "2026-10-01T06:00:00Z",
    learned_at: "2026-10-01T06:00:10Z",
    title: "Invoice INV-488 issued: 4,980.00 USD",
  }),
];

/** The body for a path, undefined where there is nothing. */
export function answer(url: URL): unknown {
  const parts = url.pathname.replace("/api/v1/", "").split("/");
  if (parts[0] === "me") return manager({ permissions: [...manager().permissions, "sessions.manage", "audit.read"] });
  if (parts[0] === "sources") return { items: portfolio([]).as_of };
  if (parts[0] === "syncs") return { request_ids: {} };
  const acted = actionAnswer(parts, url.searchParams);
  if (acted) return acted;
  if (parts[0] === "portfolio") return portfolioForecast();
  if (parts[0] !== "accounts") return undefined;
  if (!parts[1]) return list(url.searchParams);
  if (parts[2] === "timeline") return { items: TIMELINE, next: null };
  if (parts[2] === "invoices")
    return {
      items: Array.from({ length: 26 }, (_, index) =>
        invoice({ document_id: `quickbooks:invoice:${index}`, number: `INV-${501 - index}` }),
      ),
      page: 1,
      page_size: 50,
      total: 26,
    };
  return detail(parts[1]);
}
