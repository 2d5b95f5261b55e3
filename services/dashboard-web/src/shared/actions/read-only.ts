import { useIsReadOnly } from "../api/me";

/** Why nothing can be done just now; null when things can be done. */
export function useReadOnly(): string | null {
  return useIsReadOnly() ? "Read-only mode is on: all actions are switched off for now." : null;
}
