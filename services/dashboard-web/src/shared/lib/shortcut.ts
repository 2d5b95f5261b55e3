import { useEffect, useRef } from "react";

/** Whether keys go into a text at the moment. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    !target.matches("input[type=checkbox]") &&
    (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
  );
}

/** A key pressed by itself, neither with Ctrl or Alt nor into a text. */
export function isPlainKey(event: KeyboardEvent): boolean {
  return !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target));
}

/** Call `act` when the letter is pressed anywhere on the page. */
export function useShortcut(letter: string | undefined, act: () => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  }, [act]);
  useEffect(() => {
    if (!letter) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== letter || !isPlainKey(event)) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [letter]);
}
