import { type RefObject, useEffect } from "react";

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
  );
}

/** Focus the account `step` rows from the focused one; from nowhere, the first or last. */
export function moveFocus(root: ParentNode, step: 1 | -1): void {
  const links = [...root.querySelectorAll<HTMLAnchorElement>(".account-link")];
  const here = links.indexOf(document.activeElement as HTMLAnchorElement);
  const next = here < 0 ? (step === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, here + step));
  links[next]?.focus();
  links[next]?.scrollIntoView({ block: "nearest" });
}

/** J and K walk the rows, / goes to the search. Enter follows the focused link by itself. */
export function useGridKeys(searchRef: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === "j" || event.key === "k") moveFocus(document, event.key === "j" ? 1 : -1);
      else if (event.key === "/") searchRef.current?.focus();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [searchRef]);
}
