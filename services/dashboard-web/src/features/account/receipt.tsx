import { NativeSelect } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Account, Receipt, Reconciliation } from "@/shared/api/types";
import { type DayRange, dayNumber, rangeText, shortDayText } from "@/shared/lib/dates";
import { money, percent, quantity, signedMoney, unitPrice } from "@/shared/lib/format";
import { bandWord, metricName, reasonText } from "@/shared/lib/words";
import { Section } from "@/shared/ui/section";
import { WordMark } from "@/shared/ui/word";
import { Explained } from "./explained";
import { firstPeriod, type ReceiptSum, sumReceipt } from "./sum";

interface LineProps {
  name: ReactNode;
  detail?: ReactNode;
  amount: string;
  kind?: "subtotal" | "total";
}

function Line({ name, detail, amount, kind }: LineProps) {
  return (
    <tr data-kind={kind}>
      <th scope="row">
        {name}
        {detail ? <span className="receipt-detail">{detail}</span> : null}
      </th>
      <td data-numeric>{amount}</td>
    </tr>
  );
}

function Head({ children }: { children: ReactNode }) {
  return (
    <tr className="receipt-head">
      <th scope="colgroup" colSpan={2}>
        {children}
      </th>
    </tr>
  );
}

type Part = Receipt["expected"][number];

/** The days that a price stands for, when they are not the whole period. */
export function daysOfPart({ from_day, to_day }: Part, period: DayRange): string {
  if (!from_day || !to_day) return "";
  if (from_day === period.start && dayNumber(to_day) + 1 === dayNumber(period.end)) return "";
  return ` · ${shortDayText(from_day)} – ${shortDayText(to_day)}`;
}

function Expected({ one, sum, currency }: { one: Reconciliation; sum: ReceiptSum; currency: string }) {
  const say = (amount_minor: number) => money({ amount_minor, currency });
  return (
    <tbody>
      <Head>Expected: the rate card applied to the usage</Head>
      {one.receipt?.expected.map((part) => (
        <Line
          key={`${part.component} ${part.kind} ${part.from_day}`}
          name={part.item_name ?? metricName(part.component)}
          detail={`${part.formula}${daysOfPart(part, one.period)}`}
          amount={say(part.amount_minor)}
        />
      ))}
      {sum.expected_rest_minor ? <Line name="Not itemised" amount={say(sum.expected_rest_minor)} /> : null}
      <Line kind="subtotal" name="Expected" amount={say(sum.expected_minor)} />
    </tbody>
  );
}

function Billed({ one, sum, currency }: { one: Reconciliation; sum: ReceiptSum; currency: string }) {
  const say = (amount_minor: number) => money({ amount_minor, currency });
  return (
    <tbody>
      <Head>Billed: lines of this period, less credits</Head>
      {one.receipt?.billed.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two lines of a document may be equal in everything
        <tr key={`${part.document_id} ${index}`}>
          <th scope="row">
            {part.description ?? "Line without description"}
            <span className="receipt-detail">
              {part.number ? `Invoice ${part.number}` : part.document_id}
              {part.quantity && part.unit_price
                ? ` · ${quantity(part.quantity)} × ${unitPrice(part.unit_price, currency)}`
                : null}
              {part.assumed ? " · period assumed" : null}
            </span>
          </th>
          <td data-numeric>{say(part.amount_minor)}</td>
        </tr>
      ))}
      {one.receipt?.credits.map((part) => (
        <Line
          key={`credit ${part.document_id} ${part.amount_minor}`}
          name="Credit applied"
          detail={part.number ?? part.document_id}
          amount={say(-part.amount_minor)}
        />
      ))}
      {one.receipt && !one.receipt.billed.length ? (
        <Line name={<span className="muted">No invoice line for this period</span>} amount={say(0)} />
      ) : null}
      {sum.billed_rest_minor ? <Line name="Not itemised" amount={say(sum.billed_rest_minor)} /> : null}
      <Line kind="subtotal" name="Billed" amount={say(sum.net_billed_minor)} />
    </tbody>
  );
}

function Sum({ one }: { one: Reconciliation }) {
  const sum = sumReceipt(one);
  const { currency } = one;
  if (!sum || !currency) {
    return (
      <p className="muted">
        {one.reasons.length ? one.reasons.map(reasonText).join(". ") : "There are no figures for this period."}
      </p>
    );
  }
  return (
    <table className="receipt">
      <caption className="visually-hidden">The variance of {rangeText(one.period)}, line by line</caption>
      <Expected one={one} sum={sum} currency={currency} />
      <Billed one={one} sum={sum} currency={currency} />
      <tbody>
        <Line
          kind="total"
          name="Variance: billed − expected"
          detail={<WordMark word={bandWord(one.band)} />}
          amount={signedMoney({ amount_minor: sum.amount_minor, currency })}
        />
      </tbody>
      <Explained one={one} currency={currency} />
    </table>
  );
}

/** Usage is counted by the days of one zone; what that does to this period's first and last day. */
function Boundary({ one }: { one: Reconciliation }) {
  return one.receipt?.boundary?.map((text) => (
    <p key={text} className="muted">
      {text}
    </p>
  ));
}

function titleOf({ due, band, percent: text, period }: Reconciliation): string {
  if (!due) return `${rangeText(period)} so far`;
  return text ? `Why ${percent(text)}` : `Why: ${bandWord(band).text.toLowerCase()}`;
}

/** `Why −5.10 %`: the receipt of a period that the reader chooses. */
export function ReceiptSection({ account }: { account: Account }) {
  const [start, setStart] = useState<string>();
  const one = firstPeriod(account.reconciliations, start ?? account.variance?.period?.start);
  if (!one) {
    return (
      <Section title="Why">
        <p className="muted">No period yet: the first one is shown when usage or an invoice arrives.</p>
      </Section>
    );
  }
  const title = titleOf(one);
  const periods = [...account.reconciliations].sort((a, b) => b.period.start.localeCompare(a.period.start));
  return (
    <Section
      title={title}
      className="receipt-section"
      aside={
        <NativeSelect
          aria-label="Period"
          value={one.period.start}
          data={periods.map(({ period, band }) => ({
            value: period.start,
            label: `${rangeText(period)} · ${bandWord(band).text.toLowerCase()}`,
          }))}
          onChange={(event) => setStart(event.currentTarget.value)}
        />
      }
    >
      <Sum one={one} />
      <Boundary one={one} />
      <p className="section-more">
        <Link to="/accounts/$clientId/rate-card" params={{ clientId: account.client_id }}>
          Rate card and its versions
        </Link>
      </p>
    </Section>
  );
}
