import type { Account } from "@/shared/api/types";
import { reasonText } from "@/shared/lib/words";
import { Banner } from "@/shared/ui/banner";

/** Why there is no judgement, and what would bring one. Stands before every figure. */
export function CannotJudge({ account }: { account: Account }) {
  if (account.variance?.band !== "cannot_judge") return null;
  const reasons = account.variance.reasons ?? [];
  const missing = account.forecast?.status === "cannot_judge";
  return (
    <Banner tone="warn" title="This account cannot be judged.">
      {reasons.length ? (
        <ul className="reasons">
          {reasons.map((reason) => (
            <li key={`${reason.code} ${reason.source}`}>
              {reasonText(reason)}.{reason.cure ? <span className="cure"> {reason.cure}</span> : null}
            </li>
          ))}
        </ul>
      ) : (
        "The reason is not known."
      )}
      <p>
        Until then there is no flag and no green{missing ? ", and nothing is projected" : ""}. What is known is shown
        below, with its age.
      </p>
    </Banner>
  );
}
