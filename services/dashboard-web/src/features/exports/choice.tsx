import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { ActionButton } from "@/shared/actions/action-button";
import { exportCircuit } from "@/shared/actions/circuits";
import type { ExportOrder } from "@/shared/api/types";
import { count, plural } from "@/shared/lib/format";
import type { ExportChoice } from "./export-popover";
import { quotaQuery } from "./queries";
import { leftOf, QuotaLine } from "./quota-line";

/** Why this choice cannot be exported, undefined when it can. The server decides; this spares a refusal. */
export function blockOf({ records, empty, block }: ExportChoice, left: number | undefined): string | undefined {
  if (block) return block;
  if (records === 0) return empty ?? "There is nothing to export.";
  if (records === null || left === undefined || records <= left) return undefined;
  const most = left > 0 ? `Narrow the filter or select at most ${plural(left, "row")}.` : "Nothing is left.";
  return `${plural(records, "record")} are more than what is left. ${most}`;
}

interface ChoiceProps {
  choices: ExportChoice[];
  first: string;
  onStart: (order: ExportOrder) => void;
  children?: ReactNode;
}

/** Which records, with their number; what is left; that it is logged; the button. */
export function Choice({ choices, first, onStart, children }: ChoiceProps) {
  const [key, setKey] = useState(first);
  const name = useId();
  const { data: quota } = useQuery(quotaQuery);
  const chosen = choices.find((one) => one.key === key) ?? choices[0];
  if (!chosen) return null;
  const block = blockOf(chosen, quota && leftOf(quota));
  return (
    <form
      className="export-choice"
      onSubmit={(event) => {
        event.preventDefault();
        onStart(chosen.order);
      }}
    >
      {choices.length > 1 ? (
        <fieldset className="export-scopes">
          <legend className="visually-hidden">Which records</legend>
          {choices.map((one) => (
            <label key={one.key}>
              <input
                type="radio"
                name={name}
                checked={one.key === chosen.key}
                onChange={() => setKey(one.key)}
                // An open panel begins at what is chosen, as a group of radios does, not at the first one.
                data-autofocus={one.key === first || undefined}
              />
              <span>{one.label}</span>
              <span className="export-count">{one.records === null ? "" : count(one.records)}</span>
            </label>
          ))}
        </fieldset>
      ) : null}
      {children}
      <QuotaLine />
      <p className="note">This export is logged: who, when, what and how many records.</p>
      <ActionButton submit circuit={exportCircuit} off={block}>
        {chosen.records ? `Download ${plural(chosen.records, "record")}` : "Download"}
      </ActionButton>
    </form>
  );
}
