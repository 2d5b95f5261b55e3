import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from "react";

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

/** Put the focus on the button that opened a panel, wherever it stands now; else on what the panel stood in. */
export function focusOpener(opener: string, around?: HTMLElement | null): void {
  const button = document.querySelector<HTMLElement>(`[data-opener="${CSS.escape(opener)}"]`);
  const place = button ?? (around?.isConnected ? around : document.getElementById("content"));
  if (place && place === around) place.tabIndex = -1;
  place?.focus();
}

/** A panel where the reader is, no window over the page: the focus moves in, Escape closes, the focus goes back. */
export function InPlace({ title, opener, tone, takesFocus = false, stage = "", onEscape, children }: InPlaceProps) {
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each stage takes the focus once
  useEffect(() => {
    if (takesFocus) panel.current?.focus();
  }, [takesFocus, stage]);
  useLayoutEffect(() => {
    const mine = panel.current;
    const around = mine?.parentElement?.closest("section");
    return () => {
      // What held the focus goes with the panel; without this it would fall to the top of the page.
      if (!mine?.contains(document.activeElement)) return;
      queueMicrotask(() => {
        if (!mine.isConnected) focusOpener(opener, around);
      });
    };
  }, [opener]);
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
