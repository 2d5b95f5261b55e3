/** Which invoices can be retried, and what is known of each. */
import type { Attempt, Decline } from "@/shared/api/actions";
import type { Account, Invoice } from "@/shared/api/types";
import type { Place } from "./entries";

const WAITING = new Set(["overdue", "failed", "pending", "partly_paid"]);
const LATE = new Set(["overdue", "failed"]);

/** Whether an invoice shows the button at all, be it grey: the server offers it, and something is owed. */
export function isOffered(invoice: Invoice): boolean {
  return Boolean(invoice.retry) && invoice.kind === "invoice" && WAITING.has(invoice.status ?? "");
}

/** The longest overdue first; what has no due day, as with automatic charges, by its day of issue. */
const longestFirst = (a: Invoice, b: Invoice) =>
  (a.due_on ?? a.issued_on).localeCompare(b.due_on ?? b.issued_on) || a.document_id.localeCompare(b.document_id);

/** The invoice of the button at the head: the longest overdue that can be retried, else the longest overdue. */
export function mostOverdue(invoices: readonly Invoice[]): Invoice | undefined {
  const late = invoices.filter((one) => isOffered(one) && LATE.has(one.status ?? "")).sort(longestFirst);
  return late.find((one) => one.retry?.allowed) ?? late[0];
}

/** By what an invoice is followed: the gateway's id; where there is none, nothing can be retried. */
export const invoiceIdOf = ({ gateway_invoice_id, document_id }: Invoice) => gateway_invoice_id ?? document_id;

export const openerOf = (invoiceId: string, place: Place) => `retry ${place} ${invoiceId}`;

/** Attempts that are not over, say asked for by a colleague or in another tab. */
export const openAttempts = (account: Account): Attempt[] =>
  (account?.payment_retries ?? []).filter(({ final }) => !final);

/** The latest decline of an invoice's payments, by whomever the payment was tried. */
export function lastDecline(
  account: Account | undefined,
  invoiceId: string,
  number: string | null,
): { decline: Decline; at: string } | null {
  const payments = (account?.payments ?? []).filter(
    (one) =>
      one.failure && (one.gateway_invoice_id === invoiceId || (number !== null && one.invoice_number === number)),
  );
  const tried = (account?.payment_retries ?? []).filter((one) => one.failure && one.gateway_invoice_id === invoiceId);
  const found = [
    ...payments.map((one) => ({ decline: one.failure as Decline, at: one.occurred_at })),
    ...tried.map((one) => ({ decline: one.failure as Decline, at: one.settled_at ?? one.requested_at })),
  ];
  return found.sort((a, b) => b.at.localeCompare(a.at))[0] ?? null;
}
