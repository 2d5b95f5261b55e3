/** Exports, sessions, audit log and figures, for tests and for looking at the page without a stack. */
import type { AuditEntry, ExportQuota, Figure, MadeExport, SessionItem } from "@/shared/api/types";
import { minutesAgo } from "./builders";

export const quota = (given: Partial<ExportQuota> = {}): ExportQuota => ({
  limit: 100,
  used: 63,
  left: 37,
  user_day_limit: 500,
  user_day_left: 437,
  ...given,
});

export const made = (given: Partial<MadeExport> = {}): MadeExport => ({
  id: "exp_1",
  records: 1,
  quota_left: 36,
  format: "csv",
  filename: "trueup-portfolio-2026-11-23.csv",
  file_url: "/api/v1/exports/exp_1/file",
  expires_at: minutesAgo(-15),
  ...given,
});

export const session = (given: Partial<SessionItem> = {}): SessionItem => ({
  session_id: "s-1",
  user: "ana",
  name: "Ana Alvarez",
  role: "account_manager",
  created_at: minutesAgo(190),
  last_seen_at: minutesAgo(4),
  current: false,
  ...given,
});

export const entry = (given: Partial<AuditEntry> = {}): AuditEntry => ({
  seq: 900,
  at: minutesAgo(12),
  user: "ana",
  role: "account_manager",
  action: "export_created",
  client_id: null,
  detail: { format: "csv", records: 37 },
  hash: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
  ...given,
});

export const figure = (given: Partial<Figure> = {}): Figure => ({
  id: "overdue",
  name: "Overdue",
  fields: ["Totals.overdue_minor"],
  definition: "What is left to pay of invoices whose due day has passed in the account's time zone.",
  shown: ["portfolio grid"],
  formula: "sum of the remaining amounts, one for each currency",
  source: "QuickBooks",
  unit: "money in minor units of the named currency",
  rounding: "none",
  ...given,
});

export const figures = (): Figure[] => [
  figure(),
  figure({
    id: "forecast",
    name: "Forecast to quarter end",
    fields: ["Forecast.amount_minor"],
    definition: "What the quarter's usage will be worth.",
    formula: "least squares over daily usage, rated through the card",
    source: "Amplitude (daily totals) and rate cards entered in Trueup",
  }),
];

export const sessions = (): SessionItem[] => [
  session({
    session_id: "s-0",
    user: "adam",
    name: "Adam Brandt",
    role: "admin",
    current: true,
    created_at: minutesAgo(22),
    last_seen_at: minutesAgo(0),
  }),
  session(),
  session({ session_id: "s-2", created_at: minutesAgo(2000), last_seen_at: minutesAgo(28) }),
  session({ session_id: "s-3", user: "fay", name: "Fay Okafor", role: "finance", created_at: minutesAgo(61) }),
];

export const entries = (from: number, many: number): AuditEntry[] =>
  Array.from({ length: many }, (_, index) => {
    const seq = from - index;
    const actions = [
      "export_created",
      "payment_retry_requested",
      "flag_requested",
      "session_revoked",
      "accounts_imported",
    ];
    const action = actions[seq % actions.length] ?? "export_created";
    return entry({
      seq,
      at: minutesAgo(12 + index * 7),
      action,
      user: ["ana", "fay", "adam"][seq % 3] ?? "ana",
      role: ["account_manager", "finance", "admin"][seq % 3] ?? "admin",
      client_id: action === "payment_retry_requested" || action === "flag_requested" ? "acct_0007" : null,
      hash: `${seq.toString(16).padStart(4, "0")}${entry().hash.slice(4)}`,
    });
  });

/** For the development page: what belongs to this desk, undefined for everything else. */
export function deskAnswer(method: string, url: URL): unknown {
  const path = url.pathname.replace("/api/v1/", "");
  if (path === "exports/quota") return quota();
  if (path === "exports") return made({ records: 50, quota_left: 37 });
  if (path.startsWith("exports/")) return "Title,Portfolio\r\n";
  if (path === "figures") return { disclaimer: "", items: figures() };
  if (path === "sessions") return method === "DELETE" ? { revoked: 2 } : { items: sessions() };
  if (path.startsWith("sessions/")) return {};
  if (path === "audit") return { items: entries(Number(url.searchParams.get("before") ?? 901) - 1, 50), next: 800 };
  return undefined;
}
