import { useAccountSlots } from "@/shared/actions/slots";
import type { Account, Discrepancy, Mark } from "@/shared/api/types";
import { money, percent, signedMoney } from "@/shared/lib/format";
import { bandWord, humanised, markWord } from "@/shared/lib/words";
import { Section } from "@/shared/ui/section";
import { WordMark } from "@/shared/ui/word";
import { HandlingText } from "./period-mark";

type ToldApart = NonNullable<Discrepancy["invoice"]>;

/** What each system says is left, and what people decided about it. */
function InvoiceMark({ one, mark }: { one: ToldApart; mark: Mark | null }) {
  return (
    <div className="told-apart">
      <p className="sub">
        Left in QuickBooks {money({ amount_minor: one.ledger_minor, currency: one.ledger_currency })}, in Stripe{" "}
        {money({ amount_minor: one.gateway_minor, currency: one.gateway_currency })}
      </p>
      {mark ? <WordMark word={markWord(mark)} /> : null}
      {one.handling ? <HandlingText handling={one.handling} /> : null}
    </div>
  );
}

function Item({ account, one }: { account: Account; one: Discrepancy }) {
  const { discrepancy: actions } = useAccountSlots();
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
      {one.invoice ? <InvoiceMark one={one.invoice} mark={one.mark ?? null} /> : null}
      {actions.map((Action, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what acts on a discrepancy is the same for good
        <Action key={place} account={account} discrepancy={one} />
      ))}
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
