import type { Attempt } from "@/shared/api/actions";
import type { Account } from "@/shared/api/types";
import { instantText } from "@/shared/lib/dates";
import { money } from "@/shared/lib/format";
import { Section } from "@/shared/ui/section";
import { WordMark } from "@/shared/ui/word";
import { attemptWord, methodText } from "./words";

function Line({ attempt }: { attempt: Attempt }) {
  const method = methodText(attempt.method);
  return (
    <tr>
      <th scope="row">
        <time dateTime={attempt.requested_at}>{instantText(attempt.requested_at)}</time>
        <span className="sub">by {attempt.requested_by}</span>
      </th>
      <td data-label="Invoice">{attempt.invoice_number ? `#${attempt.invoice_number}` : attempt.gateway_invoice_id}</td>
      <td data-label="Result">
        <WordMark word={attemptWord(attempt)} />
        <span className="sub">{attempt.text}</span>
      </td>
      <td data-label="Amount" data-numeric>
        {money(attempt.amount)}
        {method ? <span className="sub">{method}</span> : null}
      </td>
    </tr>
  );
}

/** What was asked of Stripe from here, the latest first. Absent for a role that does not see payments. */
export function AttemptsSection({ account }: { account: Account }) {
  const attempts = account.payment_retries;
  if (!attempts?.length) return null;
  return (
    <Section title="Payment attempts">
      <table className="plain cards">
        <caption className="visually-hidden">Retries asked for in Trueup, the latest first</caption>
        <thead>
          <tr>
            <th scope="col">Asked</th>
            <th scope="col">Invoice</th>
            <th scope="col">Result</th>
            <th scope="col" data-numeric>
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <Line key={attempt.id} attempt={attempt} />
          ))}
        </tbody>
      </table>
    </Section>
  );
}
