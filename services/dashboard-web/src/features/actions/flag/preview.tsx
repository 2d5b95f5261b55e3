import type { Channel, FlagDraft } from "@/shared/api/actions";
import { DISCLAIMER } from "@/shared/ui/disclaimer";
import { FlagIcon } from "@/shared/ui/icons";

interface PreviewProps {
  channel: Channel;
  draft: FlagDraft;
  to: string;
  subject: string;
  text: string;
  by: string;
}

const paragraphs = (text: string) => text.split(/\n{2,}/).filter((one) => one.trim());

function Evidence({ draft }: { draft: FlagDraft }) {
  return (
    <dl className="preview-facts">
      {draft.evidence.map(({ label, value }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two facts may be equal in everything
        <div key={`${label} ${index}`}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/**
 * The message as its reader will see it, drawn from the same parts as the server sends. Text stays text: what a
 * person wrote is never read as markup, here as little as there.
 */
export function Preview({ channel, draft, to, subject, text, by }: PreviewProps) {
  return (
    <figure
      className="preview"
      data-channel={channel}
      aria-label={`Preview, as it looks in ${channel === "slack" ? "Slack" : "the mailbox"}`}
    >
      {channel === "slack" ? (
        <p className="preview-from">
          <span className="preview-avatar" aria-hidden="true">
            T
          </span>
          <strong>Trueup</strong> <span className="preview-app">APP</span> <span className="muted">to {to}</span>
        </p>
      ) : (
        <p className="preview-from">
          <span className="muted">To</span> {to}
        </p>
      )}
      <p className="preview-subject">
        {channel === "slack" ? <FlagIcon size={13} /> : null}
        {subject}
      </p>
      {paragraphs(text).map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs have no name
        <p key={index} className="preview-text">
          {one}
        </p>
      ))}
      <Evidence draft={draft} />
      <p className="preview-foot">
        <span className="preview-link">Open the account in Trueup</span> Flagged by {by}. {DISCLAIMER}
      </p>
    </figure>
  );
}
