import type { Account, Payment } from "@/shared/api/types";
import { dayText, instantText } from "@/shared/lib/dates";
import { money } from "@/shared/lib/format";
import { humanised, sourceName } from "@/shared/lib/words";
import { Section } from "@/shared/ui/section";

const BAD = new Set(["failed", "lost", "canceled", "needs_response", "warning_needs_response"]);

function Details({ payment }: { payment: Payment }) {
  const { method, failure } = payment;
  const card = [method?.brand ? humanised(method.brand) : null, method?.last4 ? `···· ${method.last4}` : null].filter(
    Boolean,
  );
  return (
    <>
      {card.length ? <span className="sub">{card.join(" ")}</span> : null}
      {failure?.message || failure?.code ? (
        <span className="sub" data-tone="bad">
          {failure.message ?? humanised(failure.code ?? "")}
        </span>
      ) : null}
    </>
  );
}

/** Payments, refunds and disputes; absent altogether for a role that does not see payments. */
export function PaymentsSection({ account }: { account: Account }) {
  const { payments } = account;
  if (!payments) return null;
  return (
    <Section title="Payments">
      {payments.length ? (
        <table className="plain cards">
          <caption className="visually-hidden">Payments, refunds and disputes, the latest first</caption>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">When</th>
              <th scope="col">Source</th>
              <th scope="col">Invoice</th>
              <th scope="col" data-numeric>
                Amount
              </th>
            </tr>
          </thead>
          <tbody>
            {payments.map((payment) => (
              <tr key={payment.object_id}>
                <th scope="row" title={payment.object_id}>
                  <span data-tone={BAD.has(payment.status) ? "bad" : undefined}>
                    {humanised(payment.kind)} {humanised(payment.status).toLowerCase()}
                  </span>
                  <Details payment={payment} />
                </th>
                <td data-label="When">
                  <time dateTime={payment.occurred_at} title={instantText(payment.occurred_at)}>
                    {dayText(payment.occurred_at.slice(0, 10))}
                  </time>
                </td>
                <td data-label="Source">{sourceName(payment.source)}</td>
                <td data-label="Invoice">{payment.invoice_number ? `#${payment.invoice_number}` : "–"}</td>
                <td data-label="Amount" data-numeric>
                  {money({
                    amount_minor: payment.kind === "refund" ? -payment.amount_minor : payment.amount_minor,
                    currency: payment.currency,
                  })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="muted">No payment is known for this account.</p>
      )}
    </Section>
  );
}
