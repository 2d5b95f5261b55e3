import { useEffect } from "react";

let opened: string | null = null;

/** Remember the account that the reader goes into. */
export function rememberOpened(clientId: string): void {
  opened = clientId;
}

/** Coming back, the focus goes to the row that was left, once its rows are there. */
export function useReturnFocus(ready: boolean): void {
  useEffect(() => {
    if (!ready || opened === null) return;
    const row = document.querySelector(`tr[data-id="${CSS.escape(opened)}"]`);
    opened = null;
    row?.querySelector<HTMLElement>(".account-link")?.focus({ preventScroll: true });
  }, [ready]);
}
