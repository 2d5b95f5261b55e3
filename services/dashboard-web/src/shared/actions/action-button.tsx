import { Button, type ButtonProps } from "@mantine/core";
import { type ReactNode, useId, useRef } from "react";
import type { Circuit } from "./circuit";
import { useFocusPassedOn } from "./focus";
import { type ActionOff, useAction } from "./use-action";

interface ActionButtonProps extends Pick<ButtonProps, "variant" | "size" | "className"> {
  children: ReactNode;
  circuit: Circuit;
  onClick?: () => void;
  /** Why it cannot be used just now, whatever the API does; null when it can. */
  off?: string | null | undefined;
  busy?: boolean;
  /** What exactly it acts on, for those who do not see the row it stands in. */
  label?: string | undefined;
  /** By which the focus finds back to it. */
  opener?: string | undefined;
  /** It sends the form it stands in. */
  submit?: boolean;
}

interface OffReasonProps {
  id: string;
  off?: string | null | undefined;
  failing: ActionOff | null;
  /** The same stands beside it already. */
  unseen?: boolean | undefined;
}

/** Why a button is off, beside it. That it went off is said once for all buttons, by app/page-news.tsx. */
export function OffReason({ id, off, failing, unseen }: OffReasonProps) {
  if (off) {
    return (
      <span id={id} className="off-reason">
        {off}
      </span>
    );
  }
  if (!failing) return null;
  return (
    <span id={id} className={unseen ? "visually-hidden" : "off-reason"}>
      {failing.reason} {/* The seconds are for the eye: read out each second they would be noise. */}
      <span aria-hidden="true">
        {failing.in_s === null ? "Trying now…" : `Tried again in ${failing.in_s} s, by itself.`}
      </span>
      <span className="visually-hidden">It is tried again by itself.</span>
    </span>
  );
}

/** A button that, when it is off, stays reachable and says why. */
export function ActionButton(props: ActionButtonProps) {
  const { children, circuit, onClick, off, busy, label, opener, submit, ...rest } = props;
  const id = useId();
  const place = useRef<HTMLSpanElement>(null);
  const failing = useAction(circuit);
  useFocusPassedOn(place, opener);
  const isOff = Boolean(off) || failing !== null;
  return (
    <span ref={place} className="action">
      <Button
        {...rest}
        type={submit ? "submit" : "button"}
        aria-disabled={isOff || busy || undefined}
        aria-describedby={isOff ? id : undefined}
        aria-label={label}
        data-off={isOff || busy || undefined}
        data-opener={opener}
        onClick={(event) => {
          if (isOff || busy) event.preventDefault();
          else onClick?.();
        }}
      >
        {children}
      </Button>
      <OffReason id={id} off={off} failing={failing} />
    </span>
  );
}
