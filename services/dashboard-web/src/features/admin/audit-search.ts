/** The filters of the audit log, all of them in the address. */
import { one } from "@/shared/lib/search-params";

export interface AuditSearch {
  user?: string;
  action?: string;
  client_id?: string;
}

const LENGTH_MAX = 200;

/** Read whatever an address holds. */
export function readAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const found: AuditSearch = {};
  for (const key of ["user", "action", "client_id"] as const) {
    const text = one(raw[key])?.trim().slice(0, LENGTH_MAX);
    if (text) found[key] = text;
  }
  return found;
}
