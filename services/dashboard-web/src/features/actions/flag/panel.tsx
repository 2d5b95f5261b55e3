import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ActionButton } from "@/shared/actions/action-button";
import { flagCircuit } from "@/shared/actions/circuits";
import { InPlace } from "@/shared/actions/in-place";
import { meQuery } from "@/shared/api/me";
import { asProblem } from "@/shared/api/problem";
import { Bar } from "@/shared/ui/skeleton";
import { ChannelSwitch, Compose, orderOf } from "./compose";
import { Delivery } from "./delivery";
import { Preview } from "./preview";
import { draftQuery, type Issue, issueKey } from "./queries";
import { change, discard, useWriting, type Writing } from "./store";

function Write({ issue, writing, onCancel }: { issue: Issue; writing: Writing; onCancel: () => void }) {
  const { data: draft, error, refetch } = useQuery(draftQuery(issue, writing.channel));
  const { data: me } = useQuery(meQuery);
  if (error) {
    return (
      <>
        <p role="alert" className="in-place-alert">
          {asProblem(error).detail || asProblem(error).title}
        </p>
        <div className="in-place-actions">
          <ActionButton circuit={flagCircuit} onClick={() => void refetch()}>
            Try again
          </ActionButton>
        </div>
      </>
    );
  }
  if (!draft) return <Bar height={320} />;
  const order = orderOf(issue, draft, writing);
  const to = draft.targets.find(({ id }) => id === order.target)?.label ?? "nobody yet";
  return (
    <div className="flag-parts">
      <Compose issue={issue} draft={draft} writing={writing} onCancel={onCancel} />
      <Preview
        channel={writing.channel}
        draft={draft}
        to={to}
        subject={order.subject ?? ""}
        text={order.text}
        by={me?.name ?? ""}
      />
    </div>
  );
}

/** From the draft to the delivery, in the place where it was opened. */
export function FlagPanel({ issue, opener, title }: { issue: Issue; opener: string; title: string }) {
  const name = issueKey(issue);
  const writing = useWriting(name);
  const client = useQueryClient();
  if (!writing.open) return null;
  // What was written stays for the next opening; what was sent is over.
  const close = () => {
    if (writing.flagId) discard(name);
    else if (!writing.sending) change(name, { open: false });
  };
  const again = () => {
    client.removeQueries({ queryKey: ["account", issue.clientId, "flag", writing.flagId] });
    change(name, { flagId: null, resend: true });
  };
  return (
    <InPlace title={title} opener={opener} takesFocus stage={writing.flagId ?? "compose"} onEscape={close}>
      {writing.flagId ? (
        <Delivery clientId={issue.clientId} flagId={writing.flagId} onAgain={again} onClose={close} />
      ) : (
        <>
          <ChannelSwitch name={name} writing={writing} />
          <Write key={writing.channel} issue={issue} writing={writing} onCancel={close} />
        </>
      )}
    </InPlace>
  );
}
