import { Button, type ButtonProps } from "@mantine/core";
import { type ReactNode, useId } from "react";
import type { Circuit } from "./circuit";
import { type ActionOff, useAction } from "./use-action";

interface ActionButtonProps extends Pick<ButtonProps, "variant" | "size" | "className"> {
  children: ReactNode;
  circuit: Circuit;
  onClick: () => void;
  /** Why it cannot be used just now, whatever the API does; null when it can. */
  off?: string | null | undefined;
  busy?: boolean;
  /** What exactly it acts on, for those who do not see the row it stands in. */
  label?: string | undefined;
  /** By which the focus finds back to it. */
  opener?: string | undefined;
}

function Reason({ id, off, failing }: { id: string; off: string | null | undefined; failing: ActionOff | null }) {
  if (off) {
    return (
      <span id={id} className="off-reason">
        {off}
      </span>
    );
  }
  if (!failing) return null;
  return (
    <span id={id} className="off-reason" role="status">
      {failing.reason} {/* The seconds are for the eye: read out each second they would be noise. */}
      <span aria-hidden="true">
        {failing.in_s === null ? "Trying now…" : `Tried again in ${failing.in_s} s, by itself.`}
      </span>
      <span className="visually-hidden">It is tried again by itself.</span>
    </span>
  );
}

/** A button that, when it is off, stays reachable and says why. */
export function ActionButton({ children, circuit, onClick, off, busy, label, opener, ...rest }: ActionButtonProps) {
  const id = useId();
  const failing = useAction(circuit);
  const isOff = Boolean(off) || failing !== null;
  return (
    <span className="action">
      <Button
        {...rest}
        aria-disabled={isOff || busy || undefined}
        aria-describedby={isOff ? id : undefined}
        aria-label={label}
        data-off={isOff || busy || undefined}
        data-opener={opener}
        onClick={() => {
          if (!isOff && !busy) onClick();
        }}
      >
        {children}
      </Button>
      <Reason id={id} off={off} failing={failing} />
    </span>
  );
}
