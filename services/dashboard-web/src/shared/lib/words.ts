/** Words and glyphs for codes. An unknown code becomes readable text, never an error. */

export type Tone = "good" | "bad" | "warn" | "quiet" | "plain";

export interface Word {
  text: string;
  glyph: string;
  tone: Tone;
}

const word = (text: string, glyph: string, tone: Tone): Word => ({ text, glyph, tone });

const ACRONYMS = /\b(api|gb|tb|sms|cpu|gpu|id)\b/gi;

/** `some_new_code` → `Some new code`, `api_calls` → `API calls`. */
export function humanised(code: string): string {
  const text = code
    .replaceAll("_", " ")
    .trim()
    .replace(ACRONYMS, (word) => word.toUpperCase());
  return text ? text[0]?.toUpperCase() + text.slice(1) : "Unknown";
}

const STATUS: Record<string, Word> = {
  paid: word("Paid", "✓", "good"),
  partly_paid: word("Partly paid", "◐", "warn"),
  pending: word("Pending", "○", "plain"),
  overdue: word("Overdue", "!", "bad"),
  failed: word("Failed", "×", "bad"),
  in_dispute: word("In dispute", "≠", "warn"),
  refunded: word("Refunded", "↩", "plain"),
  uncollectible: word("Uncollectible", "∅", "warn"),
  void: word("Void", "–", "quiet"),
  draft: word("Draft", "…", "quiet"),
};

const BAND: Record<string, Word> = {
  matched: word("Matched", "✓", "good"),
  auto_resolved: word("Under 2 %", "✓", "good"),
  within_tolerance: word("Within 5 %", "≈", "plain"),
  needs_review: word("Needs review", "◎", "warn"),
  over_billed: word("Over-billed", "⚑", "bad"),
  under_billed: word("Under-billed", "⚑", "bad"),
  missing_invoice: word("Missing invoice", "⚑", "bad"),
  billed_without_usage: word("Billed, no usage", "⚑", "bad"),
  no_activity: word("No activity", "–", "quiet"),
  not_due: word("Not due yet", "○", "quiet"),
  cannot_judge: word("Cannot judge", "?", "quiet"),
};

const MARK: Record<string, Word> = {
  resolved: word("Resolved", "✓", "good"),
  snoozed: word("Snoozed", "◷", "quiet"),
  reviewed: word("Reviewed", "◉", "plain"),
  signed_off: word("Signed off", "✓", "good"),
  changed: word("Changed since sign-off", "≠", "warn"),
};

const SYNC: Record<string, Word> = {
  complete: word("Complete", "✓", "good"),
  stale: word("Stale", "◷", "warn"),
  failing: word("Answers with errors", "◷", "warn"),
  partial: word("Partial", "◐", "warn"),
  unlinked: word("Not linked", "∅", "warn"),
  never: word("Never read", "∅", "warn"),
};

const SOURCES: Record<string, string> = {
  amplitude: "Amplitude",
  quickbooks: "QuickBooks",
  stripe: "Stripe",
  trueup: "Trueup",
};

const REASONS: Record<string, string> = {
  unlinked: "is not linked to this account",
  never_complete: "was never read completely",
  partial: "is only partly read",
  stale: "has not been read for 24 hours",
};

const known = (table: Record<string, Word>, code: string): Word =>
  Object.hasOwn(table, code) ? (table[code] as Word) : word(humanised(code), "•", "plain");

export const statusWord = (code: string): Word => known(STATUS, code);
export const bandWord = (code: string): Word => known(BAND, code);
export const markWord = (code: string): Word => known(MARK, code);
export const syncWord = (code: string): Word => known(SYNC, code);
export const sourceName = (code: string): string => SOURCES[code] ?? humanised(code);
const CAUSES: Record<string, string> = {
  missing_invoice: "Missing invoice",
  duplicate_invoice: "Invoiced twice",
  unmapped: "Item without a price on the card",
  plan_change: "Plan change inside the period",
  proration: "Billed whole, held for a part",
  minimum: "Minimum not billed",
  discount: "Discount",
  late_usage: "Usage that came late",
  credit: "Credit",
  rounding: "Rounding",
  unexplained: "Unexplained",
};

/** Why billed and expected differ. */
export const causeName = (code: string): string => CAUSES[code] ?? humanised(code);

export const metricName = (code: string): string => humanised(code);

/** A sentence for one reason why an account cannot be judged. */
export function reasonText(reason: { code: string; source?: string | null | undefined }): string {
  if (reason.code === "no_rate_card") return "There is no rate card for this account";
  if (reason.code === "no_price") return "Neither the rate card nor an invoice tells the price";
  if (reason.code === "month_grain") return "A metric that is counted by the month is priced for a part of one";
  if (reason.code === "currency_mismatch") return "Rate card and invoices are in different currencies";
  const phrase = REASONS[reason.code] ?? humanised(reason.code).toLowerCase();
  return reason.source ? `${sourceName(reason.source)} ${phrase}` : humanised(phrase);
}

export const STATUS_CODES = Object.keys(STATUS);
export const BAND_CODES = Object.keys(BAND);
export const MARK_CODES = Object.keys(MARK);
