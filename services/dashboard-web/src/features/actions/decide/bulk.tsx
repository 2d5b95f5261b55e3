import { Button, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ActionButton } from "@/shared/actions/action-button";
import { decideCircuit } from "@/shared/actions/circuits";
import { InPlace } from "@/shared/actions/in-place";
import type { BulkDecided, BulkOrder } from "@/shared/api/actions";
import { api, unwrap } from "@/shared/api/client";
import { useMayAct } from "@/shared/api/me";
import { asProblem } from "@/shared/api/problem";
import { noteProblem } from "@/shared/api/refusals";
import type { AccountItem } from "@/shared/api/types";
import { plural, signedMoney } from "@/shared/lib/format";
import { bandWord } from "@/shared/lib/words";
import { isUnclear, postBulk, UNCLEAR } from "./send";
import { UntilField } from "./until-field";
import { LABELS, needsReason } from "./words";

/** So many accounts go into one request. */
export const BULK_MAX = 50;
const OPENER = "decide bulk";
const KINDS = ["resolve", "snooze", "review"] as const satisfies BulkOrder["kind"][];

/** The rows as they are now: a decision names the revision that was seen here. */
const rowsQuery = (ids: string[]) => ({
  queryKey: ["decide-bulk", ...ids],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    unwrap(
      api.GET("/api/v1/accounts", {
        params: { query: { ids: ids.join(","), active: "all", page_size: BULK_MAX } },
        signal,
      }),
    ),
  gcTime: 0,
  staleTime: Number.POSITIVE_INFINITY,
});

const accountsOf = (items: AccountItem[]): BulkOrder["accounts"] =>
  items.flatMap(({ client_id, revision, variance }) =>
    variance?.period ? [{ client_id, revision, period_start: variance.period.start }] : [],
  );

function RowLine({ item }: { item: AccountItem }) {
  const { variance } = item;
  const amount =
    variance?.currency && variance.amount_minor !== null
      ? signedMoney({ amount_minor: variance.amount_minor, currency: variance.currency })
      : "";
  return (
    <li>
      {item.name}: {variance ? bandWord(variance.band).text.toLowerCase() : "no full month yet"} {amount}
    </li>
  );
}

function Outcome({ done, onClose }: { done: BulkDecided; onClose: () => void }) {
  return (
    <>
      <p role="status">
        {plural(done.decided.length, "account")} decided. The figures follow in a moment.
        {done.refused.length ? ` ${plural(done.refused.length, "account")} left as they are:` : ""}
      </p>
      {done.refused.length ? (
        <ul className="reasons">
          {done.refused.map((one) => (
            <li key={one.client_id}>
              {one.client_id}: {one.detail}
            </li>
          ))}
        </ul>
      ) : null}
      <div className="in-place-actions">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </div>
    </>
  );
}

function Write({ ids, onDone, onClose }: { ids: string[]; onDone: (done: BulkDecided) => void; onClose: () => void }) {
  const client = useQueryClient();
  const rows = useQuery(rowsQuery(ids));
  const [kind, setKind] = useState<BulkOrder["kind"]>("resolve");
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  const [sending, setSending] = useState(false);
  const [pending, setPending] = useState<{ key: string; order: BulkOrder } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const accounts = accountsOf(rows.data?.items ?? []);
  const words = reason.trim();
  const off = needsReason(kind) && !words ? "Say why, in a few words." : accounts.length ? null : "Nothing to decide.";

  async function send() {
    if (sending) return;
    const request = pending ?? {
      key: crypto.randomUUID(),
      order: {
        kind,
        accounts,
        ...(words ? { reason: words } : {}),
        ...(kind === "snooze" && until ? { until } : {}),
      },
    };
    setSending(true);
    setPending(request);
    setProblem(null);
    try {
      onDone(await postBulk(request.key, request.order));
      void client.invalidateQueries({ queryKey: ["portfolio"] });
    } catch (error) {
      const found = noteProblem(client, asProblem(error));
      setPending(isUnclear(found) ? request : null);
      setProblem(isUnclear(found) ? UNCLEAR : found.detail || found.title);
      setSending(false);
    }
  }

  const fixed = sending || pending !== null;
  return (
    <>
      <ul className="bulk-rows">
        {(rows.data?.items ?? []).map((item) => (
          <RowLine key={item.client_id} item={item} />
        ))}
      </ul>
      <fieldset className="choices" disabled={fixed}>
        <legend className="visually-hidden">What to decide</legend>
        {KINDS.map((one) => (
          <label key={one} className="choice">
            <input type="radio" name={OPENER} checked={kind === one} onChange={() => setKind(one)} />
            <span>{LABELS[one]}</span>
          </label>
        ))}
      </fieldset>
      {kind === "snooze" ? <UntilField value={until} readOnly={fixed} onChange={setUntil} /> : null}
      <TextInput
        label="One reason for all"
        value={reason}
        maxLength={500}
        readOnly={fixed}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {(problem ?? rows.error) ? (
        <p role="alert" className="in-place-alert">
          {problem ?? rows.error?.message}
        </p>
      ) : null}
      <div className="in-place-actions">
        <ActionButton circuit={decideCircuit} off={off} busy={sending || !rows.data} onClick={() => void send()}>
          {sending ? "Deciding…" : pending ? "Ask again" : `${LABELS[kind]}: ${plural(accounts.length, "account")}`}
        </ActionButton>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </>
  );
}

/** With the ticked rows: the same decision about each, with one reason. */
export function BulkDecide({ selectedIds }: { selectedIds: string[] }) {
  const may = useMayAct("decisions.write");
  const [ids, setIds] = useState<string[] | null>(null);
  const [done, setDone] = useState<BulkDecided | null>(null);
  if (!may) return null;
  const close = () => {
    setIds(null);
    setDone(null);
  };
  return (
    <>
      <ActionButton
        circuit={decideCircuit}
        variant="default"
        opener={OPENER}
        off={selectedIds.length > BULK_MAX ? `At most ${BULK_MAX} accounts at once.` : null}
        busy={ids !== null}
        onClick={() => setIds([...selectedIds].sort())}
      >
        Decide
      </ActionButton>
      {ids ? (
        <InPlace
          title={`Decide about ${plural(ids.length, "account")}`}
          opener={OPENER}
          takesFocus
          stage={done ? "done" : "write"}
          onEscape={close}
        >
          {done ? <Outcome done={done} onClose={close} /> : <Write ids={ids} onDone={setDone} onClose={close} />}
        </InPlace>
      ) : null}
    </>
  );
}
