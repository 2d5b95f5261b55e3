import { Button, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { ActionButton } from "@/shared/actions/action-button";
import { flagCircuit } from "@/shared/actions/circuits";
import type { Channel, FlagDraft, FlagOrder } from "@/shared/api/actions";
import { type Issue, issueKey } from "./queries";
import { sendFlag } from "./send";
import { change, edit, type Writing } from "./store";

export const CHANNELS: { value: Channel; label: string }[] = [
  { value: "slack", label: "Slack" },
  { value: "email", label: "E-mail" },
];

export function ChannelSwitch({ name, writing }: { name: string; writing: Writing }) {
  return (
    <fieldset className="channels">
      <legend>Send by</legend>
      {CHANNELS.map(({ value, label }) => (
        <label key={value}>
          <input
            type="radio"
            name={`channel ${name}`}
            checked={writing.channel === value}
            disabled={writing.sending || writing.pending !== null}
            onChange={() => change(name, { channel: value, problem: null })}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

/** What is sent as it stands: the draft with what was edited. */
export function orderOf({ discrepancy, periodStart }: Issue, draft: FlagDraft, writing: Writing): FlagOrder {
  const edits = writing.edits[writing.channel] ?? {};
  return {
    channel: writing.channel,
    target: edits.target ?? draft.targets[0]?.id ?? "",
    discrepancy,
    period_start: periodStart,
    subject: edits.subject ?? draft.subject ?? "",
    text: edits.text ?? draft.text,
    resend: writing.resend,
  };
}

function whyNot(draft: FlagDraft, order: FlagOrder): string | null {
  if (!draft.targets.length) return "Nobody is set up to be told this way. An administrator can add a recipient.";
  if (!order.subject?.trim()) return "Write a subject first.";
  return order.text.trim() ? null : "Write a text first.";
}

interface ComposeProps {
  issue: Issue;
  draft: FlagDraft;
  writing: Writing;
  onCancel: () => void;
}

/** To whom and what, to be changed at will; the evidence goes with it as it is. */
export function Compose({ issue, draft, writing, onCancel }: ComposeProps) {
  const client = useQueryClient();
  const name = issueKey(issue);
  const order = orderOf(issue, draft, writing);
  const { problem, sending, pending } = writing;
  // What may have been taken is asked for again as it was; only then can it be the same message.
  const fixed = sending || pending !== null;
  return (
    <form
      className="compose"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <NativeSelect
        label="To"
        value={order.target}
        data={draft.targets.map(({ id, label }) => ({ value: id, label }))}
        onChange={(event) => edit(name, { target: event.currentTarget.value })}
        disabled={fixed}
      />
      <TextInput
        label={writing.channel === "slack" ? "Title" : "Subject"}
        value={order.subject ?? ""}
        maxLength={200}
        onChange={(event) => edit(name, { subject: event.currentTarget.value })}
        readOnly={fixed}
      />
      <Textarea
        label="Text"
        value={order.text}
        rows={9}
        onChange={(event) => edit(name, { text: event.currentTarget.value })}
        readOnly={fixed}
      />
      {problem ? (
        <p role="alert" className="in-place-alert">
          {problem}
        </p>
      ) : null}
      <div className="in-place-actions">
        <ActionButton
          circuit={flagCircuit}
          off={whyNot(draft, order)}
          busy={sending}
          onClick={() => void sendFlag(client, issue, order)}
        >
          {sending ? "Sending…" : pending ? "Ask again" : "Send"}
        </ActionButton>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
