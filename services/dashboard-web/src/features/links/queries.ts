import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, CSRF, unwrap } from "@/shared/api/client";
import { asProblem } from "@/shared/api/problem";
import type { LinkDecision } from "@/shared/api/types";
import type { LinksSearch } from "./search";

export const PAGE_SIZE = 20;
export const DECISIONS_SHOWN = 10;
const FOUND_MAX = 8;
const APPLYING_MS = 1000;
// What was decided elsewhere, and suggestions that are still being made, come by themselves.
const QUIET_MS = 5000;

/** While a decision travels it is asked for often. */
const pace = (decisions: (LinkDecision | null)[]) =>
  decisions.some((one) => one?.state === "applying") ? APPLYING_MS : QUIET_MS;

export const unlinkedQuery = (search: LinksSearch) =>
  queryOptions({
    queryKey: ["links", "unlinked", search],
    queryFn: ({ signal }) => {
      const query = { page: 1, ...search, page_size: PAGE_SIZE };
      return unwrap(api.GET("/api/v1/unlinked-customers", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => pace(state.data?.items.map(({ decision }) => decision) ?? []),
  });

export const decisionsQuery = queryOptions({
  queryKey: ["links", "decisions"],
  queryFn: ({ signal }) =>
    unwrap(api.GET("/api/v1/link-decisions", { params: { query: { limit: DECISIONS_SHOWN } }, signal })),
  refetchInterval: ({ state }) => pace(state.data?.items ?? []),
});

/** Accounts by part of their name, id or invoice number; nothing is asked for a single letter. */
export const accountsQuery = (text: string) =>
  queryOptions({
    queryKey: ["links", "accounts", text],
    queryFn: ({ signal }) => {
      const query = { search: text, active: "all", sort: "name", page_size: FOUND_MAX } as const;
      return unwrap(api.GET("/api/v1/accounts", { params: { query }, signal }));
    },
    enabled: text.length > 1,
    placeholderData: keepPreviousData,
  });

export type Wish =
  | { kind: "link" | "unlink"; ref: string; clientId: string; seen: string | null }
  | { kind: "undo"; decisionId: string };

const keys = new Map<string, string>();

/** Ask for a decision. Until it is clear what came of it, asking for the same again carries the same key. */
export async function decide(wish: Wish): Promise<LinkDecision> {
  const name = JSON.stringify(wish);
  const key = keys.get(name) ?? crypto.randomUUID();
  keys.set(name, key);
  try {
    const made = await post(wish, key);
    keys.delete(name);
    return made;
  } catch (error) {
    const { kind, status } = asProblem(error);
    if (kind !== "offline" && kind !== "timeout" && status < 500) keys.delete(name);
    throw error;
  }
}

function post(wish: Wish, key: string) {
  const header = { "Idempotency-Key": key };
  if (wish.kind === "undo") {
    const params = { path: { decision_id: wish.decisionId }, header };
    return unwrap(api.POST("/api/v1/link-decisions/{decision_id}/undo", { params, headers: CSRF }));
  }
  const body = { ref: wish.ref, client_id: wish.clientId, seen_decision_id: wish.seen };
  return unwrap(
    api.POST(wish.kind === "link" ? "/api/v1/links" : "/api/v1/unlinks", { params: { header }, body, headers: CSRF }),
  );
}
