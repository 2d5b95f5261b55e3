import { Button } from "@mantine/core";
import { InPlace } from "@/shared/actions/in-place";
import type { Attempt } from "@/shared/api/actions";
import { instantText } from "@/shared/lib/dates";
import { money } from "@/shared/lib/format";
import { WordMark } from "@/shared/ui/word";
import { openerOf } from "./candidates";
import { forget, type Place } from "./entries";
import { useAttempt } from "./use-attempt";
import { attemptWord, isUnderWay, methodText } from "./words";

function Story({ attempt, late }: { attempt: Attempt; late: boolean }) {
  const amount = money(attempt.amount);
  const method = methodText(attempt.method);
  const { state, needs_person } = attempt;
  if (isUnderWay(attempt)) {
    return <p>{late ? "Stripe has not confirmed yet; this page will say so when it does." : "Asking Stripe…"}</p>;
  }
  if (state === "unknown") {
    return (
      <p>
        We do not know yet whether the client was charged.{" "}
        {needs_person
          ? "Stripe could not be asked to the end: a person must look the payment up in Stripe, and until then this invoice cannot be retried. "
          : "Stripe is asked again by itself, with the same key, so that there is one charge at most. "}
        Do not try again by other means.
      </p>
    );
  }
  if (state === "succeeded") {
    return (
      <p>
        {amount} charged{method ? ` to ${method}` : ""}.
      </p>
    );
  }
  return <p>{attempt.text}</p>;
}

function CustomerLink({ attempt }: { attempt: Attempt }) {
  if (attempt.state !== "needs_customer" || !attempt.hosted_url) return null;
  return (
    <p>
      <a href={attempt.hosted_url} target="_blank" rel="noreferrer">
        The page where the client can confirm
      </a>
    </p>
  );
}

interface ResultProps {
  clientId: string;
  invoiceId: string;
  attemptId: string;
  place: Place;
  /** What to show until the first answer. */
  known?: Attempt | undefined;
  takesFocus?: boolean;
}

/** How an attempt stands, from the first moment to its end; never more certain than the server. */
export function Result({ clientId, invoiceId, attemptId, place, known, takesFocus }: ResultProps) {
  const { attempt = known, error, late } = useAttempt(clientId, invoiceId, attemptId);
  const opener = openerOf(invoiceId, place);
  const word = attemptWord(attempt ?? { state: "requested", needs_person: false });
  const close = attempt?.final ? () => forget(invoiceId) : undefined;
  return (
    <InPlace
      title={<WordMark word={word} />}
      tone={word.tone === "quiet" ? "plain" : word.tone}
      opener={opener}
      takesFocus={takesFocus ?? false}
      stage="result"
      onEscape={close}
    >
      <div role="status">{attempt ? <Story attempt={attempt} late={late} /> : <p>Asking Stripe…</p>}</div>
      {attempt ? <CustomerLink attempt={attempt} /> : null}
      {error && !attempt?.final ? (
        <p className="note">How it stands cannot be read right now; it is asked again by itself.</p>
      ) : null}
      {attempt ? (
        <p className="note">
          {attempt.invoice_number ? `#${attempt.invoice_number} · ` : ""}asked by {attempt.requested_by},{" "}
          {instantText(attempt.requested_at)} · reference <code>{attempt.id}</code>
        </p>
      ) : null}
      {close ? (
        <div className="in-place-actions">
          <Button variant="default" onClick={close}>
            Close
          </Button>
        </div>
      ) : null}
    </InPlace>
  );
}
