import { type ReactNode, useEffect, useId, useRef } from "react";
import { useFocusPassedOn } from "./focus";

interface InPlaceProps {
  title: ReactNode;
  /** `data-opener` of the button that opened it: there the focus goes back. */
  opener: string;
  tone?: "good" | "bad" | "warn" | "plain" | undefined;
  /** Something opened on purpose takes the focus; news does not. */
  takesFocus?: boolean;
  /** Another content takes the focus anew. */
  stage?: string;
  onEscape?: (() => void) | undefined;
  children: ReactNode;
}

/** A panel where the reader is, no window over the page: the focus moves in, Escape closes, the focus goes back. */
export function InPlace({ title, opener, tone, takesFocus = false, stage = "", onEscape, children }: InPlaceProps) {
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each stage takes the focus once
  useEffect(() => {
    if (takesFocus) panel.current?.focus();
  }, [takesFocus, stage]);
  useFocusPassedOn(panel, opener);
  return (
    <section
      ref={panel}
      className="in-place"
      data-tone={tone}
      tabIndex={-1}
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !onEscape) return;
        event.stopPropagation();
        onEscape();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}
