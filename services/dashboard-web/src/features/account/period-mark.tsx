import type { Reconciliation } from "@/shared/api/types";
import { dayText, instantText } from "@/shared/lib/dates";
import { money, percent, signedMoney } from "@/shared/lib/format";
import { markWord } from "@/shared/lib/words";
import { WordMark } from "@/shared/ui/word";

const ENDED: Record<string, string> = {
  figures_moved: "open again: its figures moved",
  snooze_over: "open again: the snooze is over",
};

type SignedOff = NonNullable<Reconciliation["sign_off"]>;

/** The frozen figures, beside those of now. */
function Frozen({ signed }: { signed: SignedOff }) {
  const { currency, expected_minor, billed_minor, amount_minor } = signed;
  const known = currency && expected_minor !== null && billed_minor !== null && amount_minor !== null;
  return (
    <span className="sub">
      {signed.changed ? "Changed since sign-off" : "Signed off"} by {signed.decision.by_name},{" "}
      {instantText(signed.decision.at)}
      {known ? (
        <>
          : expected {money({ amount_minor: expected_minor, currency })}, billed{" "}
          {money({ amount_minor: billed_minor, currency })}, {signedMoney({ amount_minor, currency })}
          {signed.percent ? ` (${percent(signed.percent)})` : ""}
        </>
      ) : null}
    </span>
  );
}

/** Who resolved, snoozed or reviewed it, why, and whether that still holds. */
export function HandlingText({ handling }: { handling: NonNullable<Reconciliation["handling"]> }) {
  return (
    <span className="sub">
      {markWord(handling.state).text} by {handling.decision.by_name}
      {handling.until ? ` until ${dayText(handling.until)}` : ""}
      {handling.decision.reason ? `: ${handling.decision.reason}` : ""}
      {handling.ended ? ` (${ENDED[handling.ended] ?? "open again"})` : ""}
    </span>
  );
}

/** What people decided about a period, and whether it still holds. */
export function PeriodMark({ one }: { one: Reconciliation }) {
  const { mark, handling, sign_off, rule_undone } = one;
  return (
    <>
      {mark ? (
        <span className="period-mark">
          <WordMark word={markWord(mark)} />
        </span>
      ) : null}
      {sign_off ? <Frozen signed={sign_off} /> : null}
      {handling ? <HandlingText handling={handling} /> : null}
      {rule_undone ? <span className="sub">Automatic resolution undone by {rule_undone.by_name}</span> : null}
    </>
  );
}
