import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { CalibrationItem } from "@/shared/api/types";
import { dayText, instantText } from "@/shared/lib/dates";
import { percent, quantity } from "@/shared/lib/format";
import { metricName } from "@/shared/lib/words";

const STATES: Record<CalibrationItem["state"], string> = {
  never: "Never counted",
  waiting: "Waiting for whole usage",
  on: "Projected",
  off: "Forecasting off",
};

function Drift({ last }: { last: NonNullable<CalibrationItem["last"]> }) {
  if (last.metered === null) return <span className="muted">not judged yet</span>;
  return (
    <>
      <b>{last.drift_percent === null ? "counted none" : percent(last.drift_percent)}</b>
      <span className="sub">
        metered {quantity(last.metered, 0)}, counted {quantity(last.reference, 0)}; {last.limit_percent} % allowed
      </span>
    </>
  );
}

function Clear({ metric, busy, onClear }: { metric: string; busy: boolean; onClear: (reason: string) => void }) {
  const [reason, setReason] = useState("");
  const clear = (event: FormEvent) => {
    event.preventDefault();
    onClear(reason.trim());
  };
  return (
    <form onSubmit={clear}>
      <TextInput
        label={`Why ${metricName(metric)} may be projected again`}
        required
        minLength={3}
        maxLength={500}
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
      <Button type="submit" variant="default" loading={busy} aria-label={`Clear ${metricName(metric)}`}>
        Clear
      </Button>
    </form>
  );
}

interface TableProps {
  items: CalibrationItem[];
  /** The metric that is being cleared. */
  busy: string | undefined;
  onClear: (what: { metric: string; reason: string }) => void;
}

export function CalibrationTable({ items, busy, onClear }: TableProps) {
  return (
    <div className="sheet">
      <table className="plain cards desk">
        <caption className="visually-hidden">Metrics and their last counts</caption>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col">Due</th>
            <th scope="col">Last drift</th>
            <th scope="col">Forecasts</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ metric, state, due_on, is_due, last }) => (
            <tr key={metric}>
              <th scope="row">{metricName(metric)}</th>
              <td data-label="Due">
                {dayText(due_on)}
                {is_due ? <span className="pill pill-warn">due now</span> : null}
              </td>
              <td data-label="Last drift">
                {last ? (
                  <>
                    <Drift last={last} />
                    <span className="sub">
                      {dayText(last.from_day)} – {dayText(last.to_day)}, by{" "}
                      {last.origin === "csv" ? "file" : "database"}, {last.taken_by} {instantText(last.taken_at)}
                    </span>
                  </>
                ) : (
                  "–"
                )}
              </td>
              <td data-label="Forecasts">
                {STATES[state]}
                {last?.cleared_reason ? (
                  <span className="sub">
                    cleared by {last.cleared_by}: {last.cleared_reason}
                  </span>
                ) : null}
                {state === "off" ? (
                  <Clear metric={metric} busy={busy === metric} onClear={(reason) => onClear({ metric, reason })} />
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
