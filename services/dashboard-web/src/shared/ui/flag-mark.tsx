import type { FlagMark } from "../api/actions";
import { useNow } from "../lib/clock";
import { ageText, instantText } from "../lib/dates";
import { FlagIcon } from "./icons";

const HOW: Partial<Record<string, string>> = {
  queued: "being sent",
  sending: "being sent",
  failed: "not delivered",
  unknown: "delivery not known",
};

/** `⚑ flagged by Ana, 2 h ago`; the delivery is named when it is not plainly done. */
export function FlagMarkWord({ mark }: { mark: FlagMark }) {
  const now = useNow();
  const how = HOW[mark.state];
  return (
    <span className="flag-mark" data-state={mark.state} title={instantText(mark.at)}>
      <FlagIcon size={12} /> flagged by {mark.by_name.split(" ")[0]}, {ageText(mark.at, now)}
      {how ? ` (${how})` : ""}
    </span>
  );
}

/** The same in short, where there is no room for the words. */
export function FlagMarkPill({ mark }: { mark: FlagMark }) {
  const now = useNow();
  const how = HOW[mark.state];
  const all = `flagged by ${mark.by_name}, ${ageText(mark.at, now)}${how ? ` (${how})` : ""}`;
  return (
    <span className="pill flag-pill" title={all}>
      <span aria-hidden="true">
        <FlagIcon size={10} /> {mark.by_name.split(" ")[0]}
      </span>
      <span className="visually-hidden">{all}</span>
    </span>
  );
}
