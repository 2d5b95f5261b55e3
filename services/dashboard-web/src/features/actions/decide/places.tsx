import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ActionButton } from "@/shared/actions/action-button";
import { decideCircuit } from "@/shared/actions/circuits";
import { useReadOnly } from "@/shared/actions/read-only";
import type { DiscrepancyPlace, GapPlace, PeriodPlace } from "@/shared/actions/slots";
import { useMay } from "@/shared/api/me";
import type { Account, Reconciliation } from "@/shared/api/types";
import { rangeText } from "@/shared/lib/dates";
import { money, percent, signedMoney } from "@/shared/lib/format";
import { bandWord, sourceName } from "@/shared/lib/words";
import { DecidePanel } from "./panel";
import { begin, useDraft } from "./store";
import { applyingText, labelOf } from "./words";

const MAY = "decisions.write";
const FAST_MS = 1500;
const FAST_FOR = 10;
const SLOW_MS = 10_000;

const periodName = ({ client_id }: Account, { period }: Reconciliation) => `decide ${client_id} ${period.start}`;
const figuresOf = (one: Reconciliation) =>
  [one.currency, one.expected_minor, one.billed_minor, one.band, one.mark ?? ""].join(" ");

/** The decision about a period, an invoice or a source's gap that the figures do not know yet. */
function travelling(account: Account, about: { period?: string; invoice?: string; source?: string }) {
  return account.decisions?.find((one) => {
    if (!one.applying) return false;
    if (about.period) return one.period_start === about.period;
    if (about.invoice) return one.document_id === about.invoice;
    return !one.period_start && !one.document_id && one.source === about.source;
  });
}

/** While a decision travels, the account is read again soon, whether the live stream works or not. */
export function DecideWatch({ account }: { account: Account }) {
  const client = useQueryClient();
  const waits = account.decisions?.some((one) => one.applying) ?? false;
  const { client_id } = account;
  useEffect(() => {
    if (!waits) return;
    let timer: ReturnType<typeof setTimeout>;
    const look = (turn: number) => {
      timer = setTimeout(
        () => {
          void client.invalidateQueries({ queryKey: ["account", client_id] });
          look(turn + 1);
        },
        turn < FAST_FOR ? FAST_MS : SLOW_MS,
      );
    };
    look(0);
    return () => clearTimeout(timer);
  }, [waits, client, client_id]);
  return null;
}

/** In the judgement of a period: the button, or what is being applied. */
export function DecideInRow({ account, period }: PeriodPlace) {
  const may = useMay(MAY);
  const name = periodName(account, period);
  const moving = travelling(account, { period: period.period.start });
  if (moving) {
    return (
      <span className="sub applying" role="status">
        {applyingText(moving)}
      </span>
    );
  }
  const offers = period.offers ?? [];
  if (!may || !offers.length) return null;
  return <DecideButton name={name} about={rangeText(period.period)} offers={offers} figures={figuresOf(period)} />;
}

interface ButtonProps {
  name: string;
  about: string;
  offers: NonNullable<Reconciliation["offers"]>;
  figures: string;
}

/** Off with the first reason where nothing that is offered is allowed. */
function DecideButton({ name, about, offers, figures }: ButtonProps) {
  const readOnly = useReadOnly();
  const open = useDraft(name) !== undefined;
  const none = offers.every((one) => !one.allowed) ? offers[0]?.text : null;
  return (
    <ActionButton
      circuit={decideCircuit}
      size="xs"
      variant="default"
      label={`Decide: ${about}`}
      off={readOnly ?? none}
      busy={open}
      opener={name}
      onClick={() => begin(name, figures)}
    >
      Decide
    </ActionButton>
  );
}

function Figures({ one }: { one: Reconciliation }) {
  const { currency, expected_minor, billed_minor, amount_minor } = one;
  if (!currency || expected_minor === null || billed_minor === null || amount_minor === null) {
    return <p>{bandWord(one.band).text}</p>;
  }
  return (
    <p>
      Expected {money({ amount_minor: expected_minor, currency })}, billed{" "}
      {money({ amount_minor: billed_minor, currency })}:{" "}
      <b>
        {signedMoney({ amount_minor, currency })}
        {one.percent ? ` (${percent(one.percent)})` : ""}
      </b>
      , {bandWord(one.band).text.toLowerCase()}.
    </p>
  );
}

/** Below the row that it was opened from. */
export function DecideRowPanel({ account, period, columns }: PeriodPlace & { columns: number }) {
  const may = useMay(MAY);
  const name = periodName(account, period);
  const draft = useDraft(name);
  if (!may || !draft || travelling(account, { period: period.period.start })) return null;
  return (
    <tr className="row-panel">
      <td colSpan={columns}>
        <DecidePanel
          clientId={account.client_id}
          revision={account.revision}
          name={name}
          title={`Decide about ${rangeText(period.period)}`}
          offers={period.offers ?? []}
          draft={draft}
          about={{ period_start: period.period.start }}
          figures={figuresOf(period)}
          labelOf={(offer) => labelOf(offer, period)}
        >
          <Figures one={period} />
        </DecidePanel>
      </td>
    </tr>
  );
}

/** Beside what is missing of a source. */
export function DecideGap({ account, gap }: GapPlace) {
  const may = useMay(MAY);
  const readOnly = useReadOnly();
  const name = `decide ${account.client_id} ${gap.source}`;
  const draft = useDraft(name);
  const moving = travelling(account, { source: gap.source });
  if (moving) {
    return (
      <p className="applying" role="status">
        {applyingText(moving)}
      </p>
    );
  }
  const [offer] = gap.offers ?? [];
  if (!may || !offer) return null;
  const figures = `${gap.missing} ${gap.accepted?.decision_id ?? ""}`;
  return (
    <>
      <ActionButton
        circuit={decideCircuit}
        size="xs"
        variant="default"
        off={readOnly ?? (offer.allowed ? null : offer.text)}
        busy={draft !== undefined}
        opener={name}
        label={`${labelOf(offer, undefined, gap.accepted)}: ${sourceName(gap.source)}`}
        onClick={() => begin(name, figures)}
      >
        {labelOf(offer, undefined, gap.accepted)}
      </ActionButton>
      {draft ? (
        <DecidePanel
          clientId={account.client_id}
          revision={account.revision}
          name={name}
          title={`Decide about the gap of ${sourceName(gap.source)}`}
          offers={gap.offers ?? []}
          draft={draft}
          about={offer.kind === "accept_partial" ? { source: gap.source } : {}}
          figures={figures}
          labelOf={(one) => labelOf(one, undefined, gap.accepted)}
        />
      ) : null}
    </>
  );
}

/** Beside an invoice that is paid in one system and open in the other. */
export function DecideInvoice({ account, discrepancy: { invoice, text } }: DiscrepancyPlace) {
  const may = useMay(MAY);
  const name = `decide ${account.client_id} ${invoice?.document_id ?? ""}`;
  const draft = useDraft(name);
  if (!invoice) return null;
  const moving = travelling(account, { invoice: invoice.document_id });
  if (moving) {
    return (
      <p className="applying finding-action" role="status">
        {applyingText(moving)}
      </p>
    );
  }
  const offers = invoice.offers ?? [];
  if (!may || !offers.length) return null;
  const { ledger_minor, gateway_minor, handling, number, document_id } = invoice;
  const figures = [ledger_minor, gateway_minor, handling?.decision.decision_id ?? ""].join(" ");
  return (
    <div className="finding-action">
      <DecideButton name={name} about={`invoice ${number ?? document_id}`} offers={offers} figures={figures} />
      {draft ? (
        <DecidePanel
          clientId={account.client_id}
          revision={account.revision}
          name={name}
          title={`Decide about invoice ${number ?? document_id}`}
          offers={offers}
          draft={draft}
          about={{ document_id }}
          figures={figures}
          labelOf={(offer) => labelOf(offer, { handling, sign_off: null })}
        >
          <p>{text}.</p>
        </DecidePanel>
      ) : null}
    </div>
  );
}
