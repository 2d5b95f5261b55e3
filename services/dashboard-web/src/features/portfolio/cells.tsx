import type { AccountItem } from "@/shared/api/types";
import { dayText, dueText, nearDayText } from "@/shared/lib/dates";
import { money, percent, quantity, signedMoney } from "@/shared/lib/format";
import { bandWord, markWord, metricName, reasonText, sourceName, statusWord, syncWord } from "@/shared/lib/words";
import { FlagMarkWord } from "@/shared/ui/flag-mark";
import { WordMark } from "@/shared/ui/word";

/** The metric of the trend beside it; how many more there are; all of them on hover. */
export function UsageCell({ item }: { item: AccountItem }) {
  const usage = item.usage_mtd;
  const main = usage.find((one) => one.metric === item.trend_metric) ?? usage[0];
  if (!main) return <span className="muted">no usage yet</span>;
  const more = usage.length - 1;
  const all = usage.map((one) => `${metricName(one.metric)}: ${quantity(one.quantity)} ${one.unit}`).join("\n");
  return (
    <span title={all}>
      {quantity(main.quantity, 0)} <span className="unit">{main.unit}</span>
      {more ? <span className="more"> +{more}</span> : null}
      {more ? <span className="visually-hidden"> more metrics</span> : null}
    </span>
  );
}

/** One total for each currency; with a date range they are the sums inside it. */
export function InvoiceCell({ item }: { item: AccountItem }) {
  const totals = item.invoice_totals.length ? item.invoice_totals : item.invoice_total ? [item.invoice_total] : [];
  if (!totals.length) return <span className="muted">none</span>;
  return totals.map((total) => (
    <span key={total.currency} className="stacked">
      {money(total)}
    </span>
  ));
}

const SETTLED = new Set(["paid", "void", "refunded", "draft", "uncollectible"]);

/** Where it matters how late or how soon: `6 d late`; else the day. */
export function DueCell({ due, status, day }: { due: string | null; status: string | null; day: string }) {
  if (!due) return <span className="muted">–</span>;
  const stands = dueText(due, day);
  if (status !== null && SETTLED.has(status)) return <span className="muted">{nearDayText(due, day)}</span>;
  if (status === null && stands.tone === "late") return <span>{nearDayText(due, day)}</span>;
  return (
    <span title={dayText(due)} data-tone={stands.tone === "late" ? "bad" : undefined} className="due">
      {stands.tone === "later" ? nearDayText(due, day) : stands.text}
    </span>
  );
}

export function StatusCell({ status }: { status: string | null }) {
  return status ? <WordMark word={statusWord(status)} /> : <span className="muted">not known</span>;
}

/** Money first, bold, signed; the flag as glyph, colour and word. */
export function VarianceCell({ item }: { item: AccountItem }) {
  const { variance } = item;
  if (!variance) return <span className="muted">no full month yet</span>;
  if (variance.band === "cannot_judge" || variance.amount_minor === null || !variance.currency) {
    return <WordMark word={bandWord(variance.band)} />;
  }
  return (
    <span className="variance" data-flagged={item.flagged || undefined}>
      <WordMark word={bandWord(variance.band)} muted={!item.flagged && variance.band !== "needs_review"} />
      <b>{signedMoney({ amount_minor: variance.amount_minor, currency: variance.currency })}</b>
      {variance.mark ? <WordMark word={markWord(variance.mark)} muted={variance.mark !== "changed"} /> : null}
    </span>
  );
}

export function PercentCell({ item }: { item: AccountItem }) {
  const text = item.variance?.percent;
  if (text === null || text === undefined) return <span className="muted">–</span>;
  return <span data-tone={item.flagged ? "bad" : undefined}>{percent(text)}</span>;
}

/** What of the variance no named cause accounts for. */
export function UnexplainedCell({ item }: { item: AccountItem }) {
  const { amount_minor, unexplained_minor, currency } = item.variance ?? {};
  if (!amount_minor || !currency || unexplained_minor === null || unexplained_minor === undefined) {
    return <span className="muted">–</span>;
  }
  if (unexplained_minor === 0) return <span className="muted">none</span>;
  return <span>{signedMoney({ amount_minor: unexplained_minor, currency })}</span>;
}

/**
 * `October 2026: billed 255.00 USD (5.10 %) less than used` → `Oct: billed less than used`: the figures stand beside it.
 * The whole text shows on hover.
 */
export function shortened(summary: string): string {
  return summary
    .replace(/^([A-Z][a-z]{2})[a-z]* \d{4}: /, "$1: ")
    .replace(/(?<=: |billed )[\d,.]+ [A-Z]{3} (?:\([\d,.]+ %\) )?/, "");
}

export function WhyCell({ item }: { item: AccountItem }) {
  const reasons = item.variance?.band === "cannot_judge" ? (item.variance.reasons ?? []) : [];
  const mark = item.flag;
  const text = reasons.length ? reasons.map(reasonText).join("; ") : (item.summary ?? "");
  return (
    <span className="why" title={text}>
      {mark ? (
        <>
          <FlagMarkWord mark={mark} />
          {text ? " · " : null}
        </>
      ) : null}
      {shortened(text)}
    </span>
  );
}

/** Said only when a source is not complete: which one; how is for hover, screen readers and the reason beside it. */
export function SyncPill({ sources }: { sources: AccountItem["sources"] }) {
  const worst = sources.filter((one) => one.state !== "complete");
  const [first] = worst;
  if (!first) return null;
  const all = worst.map((one) => `${sourceName(one.source)}: ${syncWord(one.state).text.toLowerCase()}`).join(", ");
  return (
    <span className="pill" title={all}>
      <span aria-hidden="true">
        {syncWord(first.state).glyph} {worst.length === 1 ? sourceName(first.source) : `${worst.length} sources`}
      </span>
      <span className="visually-hidden">{all}</span>
    </span>
  );
}
