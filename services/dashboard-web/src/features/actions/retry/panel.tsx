import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ActionButton } from "@/shared/actions/action-button";
import { retryCircuit } from "@/shared/actions/circuits";
import { InPlace } from "@/shared/actions/in-place";
import type { Account, Invoice } from "@/shared/api/types";
import { useLasting } from "@/shared/lib/clock";
import { openerOf } from "./candidates";
import { Confirm } from "./confirm";
import { type Entry, forget, track } from "./entries";
import { SLOW_MS, sendRetry } from "./flow";
import { Result } from "./result";

interface PanelProps {
  clientId: string;
  invoiceId: string;
  entry: Entry;
  invoice: Invoice | undefined;
  account: Account | undefined;
}

const SLOW_ANSWER_MS = 5000;

function Sending({ invoiceId, entry }: PanelProps) {
  const slow = useLasting(true, SLOW_ANSWER_MS);
  return (
    <InPlace title="Retrying…" opener={openerOf(invoiceId, entry.place)} takesFocus stage="sending">
      <p role="status">
        {slow
          ? "No answer yet. Whether the retry was taken is not known; nothing is sent a second time."
          : "Handing the retry over…"}
      </p>
    </InPlace>
  );
}

/** Sent, and no answer: it may have arrived. Only the same key may ask again. */
function Unanswered({ clientId, invoiceId, entry, invoice, account }: PanelProps) {
  const client = useQueryClient();
  const openId = invoice ? invoice.retry?.open_attempt_id : null;
  useEffect(() => {
    if (openId) track(invoiceId, clientId, entry.place, openId, false);
  }, [openId, invoiceId, clientId, entry.place]);
  useEffect(() => {
    // Whether it arrived shows in the account, too.
    const timer = setInterval(() => void client.invalidateQueries({ queryKey: ["account", clientId] }), SLOW_MS);
    return () => clearInterval(timer);
  }, [client, clientId]);
  const others = (account?.payment_retries ?? []).filter((one) => one.gateway_invoice_id === invoiceId).length;
  return (
    <InPlace
      title="No answer"
      tone="warn"
      opener={openerOf(invoiceId, entry.place)}
      takesFocus={!entry.restored}
      stage="unanswered"
    >
      <p role="status">
        We do not know yet whether the client was charged. Ask again: it is the same request with the same key, so the
        client is charged once at most. Do not try again by other means.
        {others ? " What was attempted so far stands under Payment attempts." : ""}
      </p>
      <div className="in-place-actions">
        <ActionButton
          circuit={retryCircuit}
          onClick={() => {
            if (entry.amount) void sendRetry(client, invoiceId, entry.amount);
          }}
        >
          Ask again
        </ActionButton>
      </div>
    </InPlace>
  );
}

function Refused({ invoiceId, entry }: PanelProps) {
  const close = () => forget(invoiceId);
  return (
    <InPlace
      title="Not retried"
      tone="warn"
      opener={openerOf(invoiceId, entry.place)}
      takesFocus={!entry.restored}
      stage="refused"
      onEscape={close}
    >
      <p role="alert">{entry.note} Nothing was charged.</p>
      <div className="in-place-actions">
        <Button variant="default" onClick={close}>
          Close
        </Button>
      </div>
    </InPlace>
  );
}

/** What stands below the button, from the question to the result. */
export function RetryPanel(props: PanelProps) {
  const { clientId, invoiceId, entry, invoice, account } = props;
  switch (entry.phase) {
    case "confirming":
      return invoice ? <Confirm invoiceId={invoiceId} invoice={invoice} account={account} entry={entry} /> : null;
    case "sending":
      return <Sending {...props} />;
    case "unanswered":
      return <Unanswered {...props} />;
    case "refused":
      return <Refused {...props} />;
    case "tracking":
      return entry.attempt_id ? (
        <Result
          key={entry.attempt_id}
          clientId={clientId}
          invoiceId={invoiceId}
          attemptId={entry.attempt_id}
          place={entry.place}
          known={account?.payment_retries?.find(({ id }) => id === entry.attempt_id)}
          takesFocus={!entry.restored}
        />
      ) : null;
    default:
      return null;
  }
}
