import { useAccountSlots } from "@/shared/actions/slots";
import type { Account, Discrepancy } from "@/shared/api/types";
import { percent, signedMoney } from "@/shared/lib/format";
import { bandWord, humanised } from "@/shared/lib/words";
import { Section } from "@/shared/ui/section";
import { WordMark } from "@/shared/ui/word";

function Item({ account, one }: { account: Account; one: Discrepancy }) {
  const { discrepancy: Action } = useAccountSlots();
  const word = one.band ? bandWord(one.band) : { text: humanised(one.code), glyph: "≠", tone: "warn" as const };
  return (
    <li className="finding" data-tone={word.tone}>
      <WordMark word={word} />
      <p>{one.text}</p>
      {one.amount_minor !== null && one.currency ? (
        <span className="finding-amount">
          <b>{signedMoney({ amount_minor: one.amount_minor, currency: one.currency })}</b>
          {one.percent ? <span> {percent(one.percent)}</span> : null}
        </span>
      ) : null}
      {Action ? <Action account={account} discrepancy={one} /> : null}
    </li>
  );
}

/** What does not agree, worst first as the reconciliation lists it; over 5 % in red. */
export function DiscrepanciesSection({ account }: { account: Account }) {
  const { discrepancies } = account;
  const unjudged = account.variance?.band === "cannot_judge";
  return (
    <Section title="Discrepancies">
      {discrepancies.length ? (
        <ul className="findings">
          {discrepancies.map((one) => (
            <Item account={account} key={`${one.code} ${one.period?.start} ${one.text}`} one={one} />
          ))}
        </ul>
      ) : (
        <p className="muted">
          {unjudged
            ? "None can be named while the account cannot be judged."
            : "None: what was used, billed and paid agree."}
        </p>
      )}
    </Section>
  );
}
