/** What was done, in plain words. */
import { humanised } from "@/shared/lib/words";

const ACTIONS: Record<string, string> = {
  "session.opened": "Signed in",
  "session.closed": "Signed out",
  "session.revoked": "Ended somebody's session",
  "sessions.revoked": "Ended several sessions",
  "exports.created": "Made an export",
  "exports.downloaded": "Downloaded an export",
  "payment_retry.requested": "Asked for a payment retry",
  "account.viewed": "Looked at an account",
  "flag.send": "Flagged an issue",
  "customer.linked": "Linked a customer to an account",
  "customer.unlinked": "Took a customer off an account",
  "link.undone": "Undid a decision about a link",
  "accounts.imported": "Imported accounts",
  "rates.imported": "Imported rate cards",
  "calibration.counted": "Took reference counts",
  "calibration.cleared": "Cleared a calibration",
  "connection.begun": "Began to connect a source",
  "connection.made": "Connected a source",
  "connection.refused": "Tried in vain to connect a source",
  "connection.ending": "Asked to disconnect a source",
  "connection.ended": "Disconnected a source",
  "access.refused": "Was refused what the role does not allow",
  "access.out_of_scope": "Asked for what is not in the portfolio",
};

export const ACTION_CODES = Object.keys(ACTIONS);

/** An action that is not known yet becomes readable text. */
export const actionText = (code: string): string => ACTIONS[code] ?? humanised(code.replaceAll(".", " "));

function valueText(value: unknown): string {
  if (Array.isArray(value))
    return value.length > 3 ? `${value.slice(0, 3).join(", ")} and ${value.length - 3} more` : value.join(", ");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** `{records: 3, format: "csv"}` → `Records: 3 · Format: csv`; what is empty is left out. */
export function detailText(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && !value.length))
    .map(([key, value]) => `${humanised(key)}: ${valueText(value)}`)
    .join(" · ");
}
