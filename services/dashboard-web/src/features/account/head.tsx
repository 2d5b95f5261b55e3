import { useAccountSlots } from "@/shared/actions/slots";
import type { Account } from "@/shared/api/types";
import { useNow } from "@/shared/lib/clock";
import { ageText, dayText, dueText, instantText, rangeText, today } from "@/shared/lib/dates";
import { money, percent, signedMoney } from "@/shared/lib/format";
import { bandWord, sourceName, statusWord, syncWord } from "@/shared/lib/words";
import { WordMark } from "@/shared/ui/word";

function SourceAges({ account }: { account: Account }) {
  const now = useNow();
  return (
    <ul className="ages" aria-label="Last sync">
      {account.sources.map(({ source, as_of, state }) => (
        <li key={source} data-state={state} title={as_of ? instantText(as_of) : undefined}>
          <span className="age-dot" aria-hidden="true" />
          {sourceName(source)} {as_of ? ageText(as_of, now) : "never read"}
          {state === "complete" || (state === "never" && !as_of) ? null : `, ${syncWord(state).text.toLowerCase()}`}
        </li>
      ))}
    </ul>
  );
}

function Invoice({ account }: { account: Account }) {
  const day = today(new Date(), account.time_zone);
  const { invoice_total, due_date, status } = account;
  const open = status !== null && ["overdue", "pending", "partly_paid", "failed"].includes(status);
  return (
    <div className="fact">
      <dt>Invoice</dt>
      <dd>
        <strong>{invoice_total ? money(invoice_total) : "None"}</strong>
        <span className="fact-more">
          {status ? <WordMark word={statusWord(status)} /> : null}
          {due_date ? (
            <span className="muted">
              due {dayText(due_date)}
              {open ? ` (${dueText(due_date, day).text})` : null}
            </span>
          ) : null}
        </span>
      </dd>
    </div>
  );
}

function VarianceFact({ account }: { account: Account }) {
  const { variance, flagged } = account;
  const known = variance && variance.amount_minor !== null && variance.currency;
  return (
    <div className="fact" data-flagged={flagged || undefined}>
      <dt>Variance{variance?.period ? `, ${rangeText(variance.period)}` : ""}</dt>
      <dd>
        <strong>
          {known
            ? signedMoney({ amount_minor: variance.amount_minor ?? 0, currency: variance.currency ?? "USD" })
            : "–"}
        </strong>
        <span className="fact-more">
          {variance ? <WordMark word={bandWord(variance.band)} /> : <span className="muted">no full month yet</span>}
          {variance?.percent ? <span className="tabular">{percent(variance.percent)}</span> : null}
        </span>
      </dd>
    </div>
  );
}

function verdict({ auto_reconciled, flagged, variance }: Account): string {
  if (!variance) return "No full month yet";
  if (variance.band === "cannot_judge") return "Not yet";
  if (flagged || variance.band === "needs_review") return "Needs a person";
  return auto_reconciled ? "By rule" : "In order";
}

function Reconciled({ account }: { account: Account }) {
  return (
    <div className="fact">
      <dt>Reconciled</dt>
      <dd>
        <strong>{verdict(account)}</strong>
        <span className="fact-more muted">
          {account.auto_reconciled ? "under 2 %, resolved by itself" : null}
          {account.reconciled_at ? <span>as of {instantText(account.reconciled_at)}</span> : null}
        </span>
      </dd>
    </div>
  );
}

/** What can be done about this account, each button with the panel that it opens. */
function HeadActions({ account }: { account: Account }) {
  const { head } = useAccountSlots();
  return (
    <div className="head-actions">
      {head.map((Action) => (
        <Action key={Action.name} account={account} />
      ))}
    </div>
  );
}

/** Who this is, what is owed, how it stands, and how old each source is. */
export function AccountHead({ account }: { account: Account }) {
  const ended = account.active_to && !account.active;
  const { note: Note } = useAccountSlots();
  return (
    <header className="account-head">
      <div className="account-title">
        <h1>{account.name}</h1>
        <p className="muted">
          {account.client_id} · {account.time_zone}
          {account.active_from ? ` · since ${dayText(account.active_from)}` : null}
          {ended ? ` · ended ${dayText(account.active_to ?? "")}` : null}
        </p>
        {Note ? <Note account={account} /> : null}
      </div>
      <SourceAges account={account} />
      <HeadActions account={account} />
      <dl className="facts">
        <VarianceFact account={account} />
        <Invoice account={account} />
        <Reconciled account={account} />
      </dl>
    </header>
  );
}
