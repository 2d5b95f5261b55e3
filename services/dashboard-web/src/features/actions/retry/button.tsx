import { useQuery } from "@tanstack/react-query";
import { ActionButton } from "@/shared/actions/action-button";
import { retryCircuit } from "@/shared/actions/circuits";
import { useReadOnly } from "@/shared/actions/read-only";
import type { Invoice } from "@/shared/api/types";
import { WordMark } from "@/shared/ui/word";
import { invoiceIdOf, openerOf } from "./candidates";
import { beginConfirmation, type Place, useEntries } from "./entries";
import { attemptQuery } from "./flow";
import { attemptWord, isPaid } from "./words";

interface RetryButtonProps {
  clientId: string;
  invoice: Invoice;
  place: Place;
}

/** The button for one invoice; in its place the word of a retry that runs or has just been paid. */
export function RetryButton({ clientId, invoice, place }: RetryButtonProps) {
  const invoiceId = invoiceIdOf(invoice);
  const entry = useEntries()[invoiceId];
  const readOnly = useReadOnly();
  const offer = invoice.retry;
  const followed = entry?.phase === "tracking" ? entry.attempt_id : null;
  const attempt = useQuery({ ...attemptQuery(clientId, followed ?? "", false), enabled: followed !== null }).data;
  if (!offer) return null;
  if (attempt && isPaid(attempt)) return place === "head" ? null : <WordMark word={attemptWord(attempt)} />;
  const running = entry?.phase === "sending" || (followed !== null && !attempt?.final);
  const inHand = running || entry?.phase === "unanswered";
  const of = invoice.number ? ` of #${invoice.number}` : "";
  return (
    <ActionButton
      circuit={retryCircuit}
      size={place === "row" ? "xs" : "sm"}
      variant={place === "row" ? "default" : "filled"}
      label={running ? undefined : `Retry payment${of}`}
      off={(offer.allowed && offer.amount) || inHand ? readOnly : (offer.text ?? "This cannot be retried just now.")}
      busy={inHand}
      opener={openerOf(invoiceId, place)}
      onClick={() => beginConfirmation(invoiceId, clientId, place)}
    >
      {running ? "Retrying…" : "Retry payment"}
    </ActionButton>
  );
}
