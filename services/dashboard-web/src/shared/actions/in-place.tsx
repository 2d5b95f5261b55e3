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

/** Put the focus on the button that opened a panel, wherever it stands now; else on the page's content. */
export function focusOpener(opener: string): void {
  const found = document.querySelector<HTMLElement>(`[data-opener="${CSS.escape(opener)}"]`);
  (found ?? document.getElementById("content"))?.focus();
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
    return () => {
      // What held the focus goes with the panel; without this it would fall to the top of the page.
      if (!mine?.contains(document.activeElement)) return;
      queueMicrotask(() => {
        if (!mine.isConnected) focusOpener(opener);
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
