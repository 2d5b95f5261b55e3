import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { useAccountSlots } from "@/shared/actions/slots";
import type { Account, Invoice } from "@/shared/api/types";
import { dayText, instantText, rangeText } from "@/shared/lib/dates";
import { count, money } from "@/shared/lib/format";
import { humanised, sourceName, statusWord } from "@/shared/lib/words";
import { Section } from "@/shared/ui/section";
import { WordMark } from "@/shared/ui/word";

function StatusOf({ invoice }: { invoice: Invoice }) {
  const { status, paid_at, via, remaining_minor, currency } = invoice;
  if (!status) return <span className="muted">not known</span>;
  const partly =
    remaining_minor && ["partly_paid", "overdue", "failed"].includes(status) && remaining_minor !== invoice.total_minor;
  return (
    <>
      <WordMark word={statusWord(status)} />
      {paid_at && status === "paid" ? (
        <span className="sub">
          <time dateTime={paid_at} title={instantText(paid_at)}>
            {dayText(paid_at.slice(0, 10))}
          </time>
          {via ? ` via ${sourceName(via)}` : null}
        </span>
      ) : null}
      {partly ? <span className="sub">{money({ amount_minor: remaining_minor, currency })} left</span> : null}
    </>
  );
}

interface InvoiceTableProps {
  clientId: string;
  invoices: Invoice[];
  caption: string;
  /** On a page without the account's head. */
  alone?: boolean;
}

const COLUMNS = 6;

/** Documents as the ledger has them, with the status derived from both systems. */
export function InvoiceTable({ clientId, invoices, caption, alone = false }: InvoiceTableProps) {
  const { invoice: Action, invoicePanel: Panel } = useAccountSlots();
  return (
    <table className="plain cards">
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Invoice</th>
          <th scope="col">Period</th>
          <th scope="col">Issued</th>
          <th scope="col">Due</th>
          <th scope="col">Status</th>
          <th scope="col" data-numeric>
            Total
          </th>
        </tr>
      </thead>
      <tbody>
        {invoices.map((invoice) => (
          <Fragment key={invoice.document_id}>
            <tr data-void={invoice.status === "void" || undefined}>
              <th scope="row" title={invoice.document_id}>
                {invoice.number ? `#${invoice.number}` : invoice.document_id}
                {invoice.kind === "invoice" ? null : <span className="sub">{humanised(invoice.kind)}</span>}
              </th>
              <td data-label="Period">
                {invoice.period ? rangeText(invoice.period) : "–"}
                {invoice.period?.assumed ? <span className="sub">assumed</span> : null}
              </td>
              <td data-label="Issued">{dayText(invoice.issued_on)}</td>
              <td data-label="Due">{invoice.due_on ? dayText(invoice.due_on) : "–"}</td>
              <td data-label="Status">
                <StatusOf invoice={invoice} />
                {Action ? <Action clientId={clientId} invoice={invoice} /> : null}
              </td>
              <td data-label="Total" data-numeric>
                {money({ amount_minor: invoice.total_minor, currency: invoice.currency })}
                {invoice.credited_minor ? (
                  <span className="sub">
                    {money({ amount_minor: -invoice.credited_minor, currency: invoice.currency })} credit
                  </span>
                ) : null}
              </td>
            </tr>
            {Panel ? <Panel clientId={clientId} invoice={invoice} columns={COLUMNS} alone={alone} /> : null}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

/** The latest ten and the way to all. */
export function InvoicesSection({ account }: { account: Account }) {
  const { invoices, invoices_total, client_id } = account;
  return (
    <Section
      title="Invoices"
      aside={
        invoices_total > invoices.length ? (
          <Link to="/accounts/$clientId/invoices" params={{ clientId: client_id }} className="link">
            All {count(invoices_total)} invoices
          </Link>
        ) : null
      }
    >
      {invoices.length ? (
        <InvoiceTable clientId={client_id} invoices={invoices} caption="The latest invoices" />
      ) : (
        <p className="muted">No invoice is known for this account.</p>
      )}
    </Section>
  );
}
