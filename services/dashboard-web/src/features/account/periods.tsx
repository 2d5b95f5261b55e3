import { Fragment } from "react";
import { useAccountSlots } from "@/shared/actions/slots";
import type { Account, Reconciliation } from "@/shared/api/types";
import { rangeText } from "@/shared/lib/dates";
import { money, percent, signedMoney } from "@/shared/lib/format";
import { bandWord } from "@/shared/lib/words";
import { Section } from "@/shared/ui/section";
import { WordMark } from "@/shared/ui/word";
import { PeriodMark } from "./period-mark";

const COLUMNS = 5;

function figure(amount_minor: number | null, currency: string | null, say: typeof money): string {
  return amount_minor === null || !currency ? "–" : say({ amount_minor, currency });
}

function Row({ account, one }: { account: Account; one: Reconciliation }) {
  const { period: Action } = useAccountSlots();
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
        <PeriodMark one={one} />
        {Action ? <Action account={account} period={one} /> : null}
      </td>
    </tr>
  );
}

/** Every period, the latest first. */
export function PeriodsSection({ account }: { account: Account }) {
  const periods = [...account.reconciliations].sort((a, b) => b.period.start.localeCompare(a.period.start));
  const { periodPanel: Panel } = useAccountSlots();
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
            <Fragment key={`${one.period.start} ${one.currency}`}>
              <Row account={account} one={one} />
              {Panel ? <Panel account={account} period={one} columns={COLUMNS} /> : null}
            </Fragment>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
