import { type RefObject, useLayoutEffect } from "react";

/**
 * What holds the focus may go: a panel that closes, a button whose row needs it no longer. The focus then goes on to the
 * button marked `data-opener`, wherever it stands now, else to the section around; left alone it would fall to the top of
 * the page. What has neither is in the care of what it stands in, a popover say.
 */
export function useFocusPassedOn(held: RefObject<HTMLElement | null>, opener?: string): void {
  useLayoutEffect(() => {
    const mine = held.current;
    const around = mine?.parentElement?.closest("section");
    return () => {
      if (!(opener || around) || !mine?.contains(document.activeElement)) return;
      queueMicrotask(() => {
        if (!mine.isConnected) passOn(opener, around);
      });
    };
  }, [held, opener]);
}

function passOn(opener?: string, around?: HTMLElement | null): void {
  const button = opener ? document.querySelector<HTMLElement>(`[data-opener="${CSS.escape(opener)}"]`) : null;
  const place = button ?? (around?.isConnected ? around : document.getElementById("content"));
  if (place && place === around) place.tabIndex = -1;
  place?.focus();
}
