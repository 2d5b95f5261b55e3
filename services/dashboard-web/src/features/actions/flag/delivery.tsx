import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ActionButton } from "@/shared/actions/action-button";
import { flagCircuit } from "@/shared/actions/circuits";
import type { Flag } from "@/shared/api/actions";
import { instantText } from "@/shared/lib/dates";
import type { Word } from "@/shared/lib/words";
import { humanised } from "@/shared/lib/words";
import { WordMark } from "@/shared/ui/word";
import { flagQuery } from "./queries";
import { reasonText } from "./reasons";

const STATES: Record<string, Word> = {
  queued: { text: "Waiting to be sent…", glyph: "◌", tone: "plain" },
  sending: { text: "Sending…", glyph: "◌", tone: "plain" },
  sent: { text: "Sent", glyph: "✓", tone: "good" },
  failed: { text: "Not sent", glyph: "×", tone: "bad" },
  unknown: { text: "Not known whether it arrived", glyph: "?", tone: "warn" },
};

/** A state that the page does not know is unknown, never a success. */
const stateWord = (state: string): Word =>
  Object.hasOwn(STATES, state) ? (STATES[state] as Word) : { text: humanised(state), glyph: "?", tone: "warn" };

const WHERE = { slack: "Slack", email: "e-mail" } as const;

function Story({ flag }: { flag: Flag }) {
  const to = `${flag.target.label} by ${WHERE[flag.channel] ?? flag.channel}`;
  if (flag.state === "sent") {
    // Within a day the same issue goes to the same recipient once.
    return (
      <p>
        {flag.repeated ? `Not sent again: ${flag.flagged_by_name} has sent this issue to ` : "To "}
        {to}
        {flag.sent_at ? `, ${instantText(flag.sent_at)}` : ""}.{" "}
        {flag.permalink ? (
          <a href={flag.permalink} target="_blank" rel="noreferrer">
            Open the message
          </a>
        ) : null}
      </p>
    );
  }
  if (flag.state === "failed")
    return (
      <p>
        It has not reached {to}: {flag.reason ? reasonText(flag.reason) : "no reason was given"}.
      </p>
    );
  if (flag.state === "unknown") {
    return (
      <p>
        It may have arrived at {to}; look before you send again.{flag.reason ? ` (${reasonText(flag.reason)})` : ""}
      </p>
    );
  }
  return (
    <p>
      To {to}.{flag.reason ? ` It is tried again: ${reasonText(flag.reason)}.` : ""}
    </p>
  );
}

interface DeliveryProps {
  clientId: string;
  flagId: string;
  onAgain: () => void;
  onClose: () => void;
}

/** What became of the message. */
export function Delivery({ clientId, flagId, onAgain, onClose }: DeliveryProps) {
  const { data: flag, error } = useQuery(flagQuery(clientId, flagId));
  const again = flag?.state === "failed" || flag?.state === "unknown";
  return (
    <>
      <div role="status">
        <p className="delivery-state">
          <WordMark word={stateWord(flag?.state ?? "queued")} />
        </p>
        {flag ? <Story flag={flag} /> : null}
        {error ? <p className="note">Its delivery cannot be read right now; it is asked again by itself.</p> : null}
      </div>
      <div className="in-place-actions">
        {again ? (
          <ActionButton
            circuit={flagCircuit}
            variant={flag?.state === "unknown" ? "default" : "filled"}
            onClick={onAgain}
          >
            Send again
          </ActionButton>
        ) : null}
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </div>
    </>
  );
}
