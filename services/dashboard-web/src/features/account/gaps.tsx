import { useAccountSlots } from "@/shared/actions/slots";
import type { Account, Gap } from "@/shared/api/types";
import { instantText } from "@/shared/lib/dates";
import { sourceName } from "@/shared/lib/words";
import { Banner } from "@/shared/ui/banner";

const PARTS_SHOWN = 5;

function GapBanner({ account, gap }: { account: Account; gap: Gap }) {
  const { gap: Action } = useAccountSlots();
  const { accepted, parts } = gap;
  const more = parts.length - PARTS_SHOWN;
  return (
    <Banner
      tone={accepted ? "info" : "warn"}
      title={`${sourceName(gap.source)} could not be read whole${accepted ? ", and is accepted so" : ""}.`}
    >
      <ul className="reasons">
        {parts.slice(0, PARTS_SHOWN).map((part) => (
          <li key={part}>{part}</li>
        ))}
        {more > 0 ? <li>and {more} more</li> : null}
      </ul>
      {accepted ? (
        <p>
          Accepted by {accepted.by_name} on {instantText(accepted.at)}
          {accepted.reason ? `: ${accepted.reason}` : ""}. The account is judged and projected without it.
        </p>
      ) : null}
      {Action ? <Action account={account} gap={gap} /> : null}
    </Banner>
  );
}

/** What is missing of the sources, named, before every figure. */
export function Gaps({ account }: { account: Account }) {
  return (account.partials ?? []).map((gap) => <GapBanner key={gap.source} account={account} gap={gap} />);
}
