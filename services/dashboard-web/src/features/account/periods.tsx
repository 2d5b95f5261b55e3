import type { Account, Reconciliation } from "@/shared/api/types";
import { rangeText } from "@/shared/lib/dates";
import { money, percent, signedMoney } from "@/shared/lib/format";
import { bandWord } from "@/shared/lib/words";
import { Section } from "@/shared/ui/section";
import { WordMark } from "@/shared/ui/word";

function figure(amount_minor: number | null, currency: string | null, say: typeof money): string {
  return amount_minor === null || !currency ? "–" : say({ amount_minor, currency });
}

function Row({ one }: { one: Reconciliation }) {
  const word = bandWord(one.band);
  return (
    <tr>
      <th scope="row">
        {rangeText(one.period)}
        {one.period_assumed ? <span className="sub">partly assumed</span> : null}
      </th>
      <td data-label="Expected" data-numeric>
        {figure(one.expected_minor, one.currency, money)}
      </td>
      <td data-label="Billed" data-numeric>
        {figure(one.billed_minor, one.currency, money)}
      </td>
      <td data-label="Variance" data-numeric>
        {one.due ? (
          <b data-tone={word.tone === "bad" ? "bad" : undefined}>
            {figure(one.amount_minor, one.currency, signedMoney)}
          </b>
        ) : (
          <span className="muted">{figure(one.amount_minor, one.currency, signedMoney)} so far</span>
        )}
        {one.due && one.percent ? <span className="sub">{percent(one.percent)}</span> : null}
      </td>
      <td data-label="Judged">
        <WordMark word={word} />
      </td>
    </tr>
  );
}

/** Every period, the latest first. */
export function PeriodsSection({ account }: { account: Account }) {
  const periods = [...account.reconciliations].sort((a, b) => b.period.start.localeCompare(a.period.start));
  if (!periods.length) return null;
  return (
    <Section title="Periods">
      <table className="plain cards">
        <caption className="visually-hidden">Expected, billed and variance of each period</caption>
        <thead>
          <tr>
            <th scope="col">Period</th>
            <th scope="col" data-numeric>
              Expected
            </th>
            <th scope="col" data-numeric>
              Billed
            </th>
            <th scope="col" data-numeric>
              Variance
            </th>
            <th scope="col">Judged</th>
          </tr>
        </thead>
        <tbody>
          {periods.map((one) => (
            <Row key={`${one.period.start} ${one.currency}`} one={one} />
          ))}
        </tbody>
      </table>
    </Section>
  );
}
