import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ActionButton } from "@/shared/actions/action-button";
import { decideCircuit } from "@/shared/actions/circuits";
import { InPlace } from "@/shared/actions/in-place";
import { useReadOnly } from "@/shared/actions/read-only";
import type { DecisionOrder, Offer } from "@/shared/api/actions";
import { sendDecision } from "./send";
import { change, type Draft, discard } from "./store";
import { UntilField } from "./until-field";
import { choiceOf, meaningOf, needsReason } from "./words";

interface DecidePanelProps {
  clientId: string;
  revision: number;
  /** Also the opener that the focus goes back to. */
  name: string;
  title: string;
  offers: Offer[];
  draft: Draft;
  /** What the decision is about, as the API names it. */
  about: Pick<DecisionOrder, "period_start" | "source" | "document_id">;
  /** The figures of now, as `draft.seen` holds those of the beginning. */
  figures: string;
  labelOf: (offer: Offer) => string;
  children?: ReactNode;
}

/** One of the offers; what cannot be decided stays in sight, with the reason. */
function Choice({ offer, name, draft, label }: { offer: Offer; name: string; draft: Draft; label: string }) {
  const choice = choiceOf(offer);
  const why = offer.allowed ? meaningOf(offer) : offer.text;
  return (
    <label className="choice" data-off={offer.allowed ? undefined : true}>
      <input
        type="radio"
        name={name}
        value={choice}
        checked={draft.choice === choice}
        disabled={!offer.allowed || draft.sending || draft.pending !== null}
        onChange={() => change(name, { choice, problem: null })}
      />
      <span>
        {label}
        {why ? <span className="sub">{why}</span> : null}
      </span>
    </label>
  );
}

function orderOf({ revision, about, offers }: DecidePanelProps, draft: Draft): DecisionOrder | null {
  const offer = offers.find((one) => choiceOf(one) === draft.choice && one.allowed);
  if (!offer) return null;
  const reason = draft.reason.trim();
  return {
    kind: offer.kind,
    revision,
    ...about,
    ...(offer.undoes ? { undoes: offer.undoes } : {}),
    ...(offer.kind === "snooze" && draft.until ? { until: draft.until } : {}),
    ...(reason ? { reason } : {}),
  };
}

function whyOff(order: DecisionOrder | null): string | null {
  if (!order) return "Choose what to decide.";
  return needsReason(order.kind) && !order.reason ? "Say why, in a few words." : null;
}

/** What can be decided, where it stands: a choice, a reason, and one button. */
export function DecidePanel(props: DecidePanelProps) {
  const { clientId, name, title, offers, draft, figures, labelOf, children } = props;
  const client = useQueryClient();
  const readOnly = useReadOnly();
  const order = draft.pending?.order ?? orderOf(props, draft);
  const moved = draft.seen !== figures && !draft.pending;
  const fixed = draft.sending || draft.pending !== null;
  const close = () => {
    if (!draft.sending) discard(name);
  };
  const chosen = offers.find((one) => choiceOf(one) === draft.choice);
  return (
    <InPlace title={title} opener={name} takesFocus onEscape={close}>
      {children}
      <fieldset className="choices">
        <legend className="visually-hidden">{title}</legend>
        {offers.map((offer) => (
          <Choice key={choiceOf(offer)} offer={offer} name={name} draft={draft} label={labelOf(offer)} />
        ))}
      </fieldset>
      {draft.choice === "snooze" ? (
        <UntilField value={draft.until} readOnly={fixed} onChange={(until) => change(name, { until, problem: null })} />
      ) : null}
      <TextInput
        label={chosen && needsReason(chosen.kind) ? "Reason" : "Reason (if you like)"}
        value={draft.reason}
        maxLength={500}
        readOnly={fixed}
        onChange={(event) => change(name, { reason: event.currentTarget.value, problem: null })}
      />
      {draft.problem ? (
        <p role="alert" className="in-place-alert">
          {draft.problem}
        </p>
      ) : null}
      {moved ? (
        <p role="alert" className="in-place-alert">
          The figures have changed since you opened this. Look at them above.
        </p>
      ) : null}
      <div className="in-place-actions">
        {moved ? (
          <Button onClick={() => change(name, { seen: figures, problem: null })}>I have looked</Button>
        ) : (
          <ActionButton
            circuit={decideCircuit}
            off={readOnly ?? whyOff(order)}
            busy={draft.sending}
            onClick={() => {
              if (order) void sendDecision(client, clientId, name, order);
            }}
          >
            {draft.sending ? "Deciding…" : draft.pending ? "Ask again" : chosen ? labelOf(chosen) : "Decide"}
          </ActionButton>
        )}
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
      </div>
    </InPlace>
  );
}
