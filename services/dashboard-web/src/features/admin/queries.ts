import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, CSRF, unwrap } from "@/shared/api/client";
import type { AuditSearch } from "./audit-search";

export const AUDIT_LIMIT = 50;
const SESSIONS_EVERY_MS = 60_000;

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/sessions", { signal })),
  refetchInterval: SESSIONS_EVERY_MS,
});

/** What is to be ended: one session, all of a user, or all but one's own. */
export type Revocation = { session_id: string } | { user: string } | { others: true };

/** End sessions; answers how many. */
export async function revoke(what: Revocation): Promise<number> {
  if ("session_id" in what) {
    const path = { session_id: what.session_id };
    await unwrap(api.DELETE("/api/v1/sessions/{session_id}", { params: { path }, headers: CSRF }));
    return 1;
  }
  const query = "user" in what ? { user: what.user } : {};
  return (await unwrap(api.DELETE("/api/v1/sessions", { params: { query }, headers: CSRF }))).revoked;
}

export const auditQuery = (search: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ["audit", search],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = { ...search, limit: AUDIT_LIMIT, ...(pageParam === undefined ? {} : { before: pageParam }) };
      return unwrap(api.GET("/api/v1/audit", { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.next ?? undefined,
  });
