import { type RefObject, useEffect } from "react";
import { isPlainKey } from "@/shared/lib/shortcut";
import { toggle } from "./selection";

const focusedRow = () => document.activeElement?.closest("tr[data-id]") ?? null;

/** The id of the row that holds the focus, and of all rows in their order. */
export function rowsNow(): { focused: string | undefined; order: string[] } {
  const rows = [...document.querySelectorAll<HTMLElement>("tr[data-id]")];
  return {
    focused: (focusedRow() as HTMLElement | null)?.dataset.id,
    order: rows.map(({ dataset }) => dataset.id ?? ""),
  };
}

/** Focus the account `step` rows from the focused one; from nowhere, the first or last. */
export function moveFocus(root: ParentNode, step: 1 | -1): void {
  const links = [...root.querySelectorAll<HTMLAnchorElement>(".account-link")];
  const here = links.findIndex((link) => link.closest("tr") === focusedRow());
  const next = here < 0 ? (step === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, here + step));
  links[next]?.focus();
  links[next]?.scrollIntoView({ block: "nearest" });
}

/** J and K walk the rows, X ticks one, shift-X up to it, / goes to the search. Enter follows the link by itself. */
export function useGridKeys(searchRef: RefObject<HTMLInputElement | null>, selects: boolean): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isPlainKey(event)) return;
      const { focused, order } = rowsNow();
      if (event.key === "j" || event.key === "k") moveFocus(document, event.key === "j" ? 1 : -1);
      else if (selects && focused && event.key.toLowerCase() === "x") toggle(focused, order, event.shiftKey);
      else if (event.key === "/") searchRef.current?.focus();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [searchRef, selects]);
}
