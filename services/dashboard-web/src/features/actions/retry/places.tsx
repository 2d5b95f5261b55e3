import { useQuery } from "@tanstack/react-query";
import type { InvoicePlace } from "@/shared/actions/slots";
import { accountQuery } from "@/shared/api/account";
import { useMay } from "@/shared/api/me";
import type { Account, Invoice } from "@/shared/api/types";
import { RetryButton } from "./button";
import { invoiceIdOf, isOffered, mostOverdue, openAttempts } from "./candidates";
import { useEntries } from "./entries";
import { RetryPanel } from "./panel";
import { Result } from "./result";

const MAY = "payments.retry";

const offeredLast = (a: Invoice, b: Invoice) => Number(isOffered(a)) - Number(isOffered(b));

/** At the head of the account: the longest overdue invoice, and every retry that has no row of its own to stand in. */
export function RetryHead({ account }: { account: Account }) {
  const may = useMay(MAY);
  const known = useEntries();
  if (!may) return null;
  const { client_id, invoices } = account;
  // Several documents may stand for one gateway invoice; the one that is offered speaks for it.
  const listed = new Map([...invoices].sort(offeredLast).map((one) => [invoiceIdOf(one), one]));
  const here = Object.entries(known).filter(
    ([id, entry]) => entry.client_id === client_id && (entry.place === "head" || !listed.has(id)),
  );
  const others = openAttempts(account).filter(({ gateway_invoice_id }) => !known[gateway_invoice_id]);
  const candidate = mostOverdue(invoices);
  return (
    <>
      {candidate ? <RetryButton clientId={client_id} invoice={candidate} place="head" /> : null}
      {here.map(([id, entry]) => (
        <RetryPanel
          key={id}
          clientId={client_id}
          invoiceId={id}
          entry={entry}
          invoice={listed.get(id)}
          account={account}
        />
      ))}
      {others.map((attempt) => (
        <Result
          key={attempt.id}
          clientId={client_id}
          invoiceId={attempt.gateway_invoice_id}
          attemptId={attempt.id}
          place="head"
          known={attempt}
        />
      ))}
    </>
  );
}

/** In the status of an invoice. */
export function RetryInRow({ clientId, invoice }: InvoicePlace) {
  const may = useMay(MAY);
  if (!may || !isOffered(invoice)) return null;
  return <RetryButton clientId={clientId} invoice={invoice} place="row" />;
}

/** Below the row that it was opened from; `alone`: on a page without the account's head, whatever it was opened from. */
export function RetryRowPanel({
  clientId,
  invoice,
  columns,
  alone,
}: InvoicePlace & { columns: number; alone: boolean }) {
  const may = useMay(MAY);
  const invoiceId = invoiceIdOf(invoice);
  const entry = useEntries()[invoiceId];
  const account = useQuery({ ...accountQuery(clientId), enabled: false }).data;
  if (!may || !entry || entry.phase === "idle" || (entry.place === "head" && !alone)) return null;
  if (entry.phase === "confirming" && !isOffered(invoice)) return null;
  return (
    <tr className="row-panel">
      <td colSpan={columns}>
        <RetryPanel clientId={clientId} invoiceId={invoiceId} entry={entry} invoice={invoice} account={account} />
      </td>
    </tr>
  );
}
