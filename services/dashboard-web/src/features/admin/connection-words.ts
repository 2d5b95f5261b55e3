/** What came of a way to QuickBooks and back, by the code that the address brings. */
import { one } from "@/shared/lib/search-params";

export interface ConnectionResult {
  result?: string;
}

/** Read whatever an address holds. */
export function readConnectionResult(raw: Record<string, unknown>): ConnectionResult {
  const result = one(raw.result);
  return result && /^[a-z_]{1,40}$/.test(result) ? { result } : {};
}

const AGAIN = "Connect again from here.";
const IN_VAIN: Record<string, string> = {
  not_begun: `It was not begun in this login, is older than ten minutes, or was used already. ${AGAIN}`,
  refused: `QuickBooks was told not to allow it. ${AGAIN}`,
  incomplete: `QuickBooks sent you back without what is needed. ${AGAIN}`,
  other_company: "Another company was chosen than the one this installation is for. Connect again and choose that one.",
  code_not_taken: `QuickBooks did not take its own code any more. ${AGAIN}`,
  quickbooks_unavailable: "QuickBooks cannot be reached just now. Try again in a few minutes.",
  connection_service_unavailable: "The service that reads QuickBooks is away. Try again in a few minutes.",
  connection_unclear: "QuickBooks did not answer in time. What stands below is what came of it.",
  session_ended: "Your login had ended on the way. Connect again.",
  not_signed_in: "You were not signed in on the way back. Connect again.",
  read_only_mode: "Read-only mode is on: nothing can be connected.",
};

/** Null: it is connected. */
export const inVainText = (result: string): string | null =>
  result === "connected" ? null : (IN_VAIN[result] ?? AGAIN);
