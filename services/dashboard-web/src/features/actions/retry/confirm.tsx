import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { ActionButton } from "@/shared/actions/action-button";
import { retryCircuit } from "@/shared/actions/circuits";
import { InPlace } from "@/shared/actions/in-place";
import type { Decline } from "@/shared/api/actions";
import type { Account, Invoice } from "@/shared/api/types";
import { dayText } from "@/shared/lib/dates";
import { money } from "@/shared/lib/format";
import { lastDecline, openerOf } from "./candidates";
import { type Entry, put } from "./entries";
import { sendRetry } from "./flow";
import { methodText } from "./words";

function LastDecline({ decline, at }: { decline: Decline; at: string }) {
  return (
    <div>
      <dt>Last decline, {dayText(at.slice(0, 10))}</dt>
      <dd>{decline.text}</dd>
    </div>
  );
}

interface ConfirmProps {
  invoiceId: string;
  invoice: Invoice;
  account: Account | undefined;
  entry: Entry;
}

/** What would be taken, from what, and what happened before; then a plain yes or no. */
export function Confirm({ invoiceId, invoice, account, entry }: ConfirmProps) {
  const client = useQueryClient();
  const offer = invoice.retry;
  const amount = offer?.amount;
  if (!offer || !amount) return null;
  const method = methodText(offer.method);
  const decline = lastDecline(account, invoiceId, invoice.number);
  const cancel = () => put(invoiceId, { phase: "idle", note: null });
  return (
    <InPlace
      title={`Retry the payment of ${invoice.number ? `#${invoice.number}` : "this invoice"}?`}
      opener={openerOf(invoiceId, entry.place)}
      takesFocus
      stage="confirm"
      onEscape={cancel}
    >
      {entry.note ? (
        <p role="alert" className="in-place-alert">
          {entry.note}
        </p>
      ) : null}
      <dl className="pairs">
        <div>
          <dt>Amount</dt>
          <dd className="tabular">
            {money(amount)} {amount.currency}
          </dd>
        </div>
        <div>
          <dt>Payment method</dt>
          <dd>{method ?? "the one on file at Stripe"}</dd>
        </div>
        <div>
          <dt>Attempts so far</dt>
          <dd>{offer.attempts || "none"}</dd>
        </div>
        {decline ? <LastDecline {...decline} /> : null}
      </dl>
      <p>
        <strong>The client will be charged</strong> {money(amount)}
        {method ? ` on ${method}` : ""}, at once.
      </p>
      <div className="in-place-actions">
        <ActionButton
          circuit={retryCircuit}
          off={offer.allowed ? null : (offer.text ?? "This cannot be retried just now.")}
          onClick={() => void sendRetry(client, invoiceId, amount)}
        >
          Charge {money(amount)}
        </ActionButton>
        <Button variant="default" onClick={cancel}>
          Cancel
        </Button>
      </div>
    </InPlace>
  );
}
