import { queryOptions } from "@tanstack/react-query";
import { flagCircuit } from "@/shared/actions/circuits";
import type { Channel, FlagOrder } from "@/shared/api/actions";
import { api, CSRF, unwrap } from "@/shared/api/client";

/** What a flag is about: one discrepancy, or the account's row. */
export interface Issue {
  clientId: string;
  discrepancy: string | null;
  periodStart: string | null;
}

export const issueKey = ({ clientId, discrepancy, periodStart }: Issue) =>
  `flag ${clientId} ${discrepancy ?? ""} ${periodStart ?? ""}`;

/** Kept as it was first read: what a person edits must not change under their hands. */
export const draftQuery = ({ clientId, discrepancy, periodStart }: Issue, channel: Channel) =>
  queryOptions({
    queryKey: ["flag-draft", clientId, channel, discrepancy, periodStart],
    queryFn: ({ signal }) =>
      flagCircuit.run(() =>
        unwrap(
          api.GET("/api/v1/accounts/{client_id}/flags/draft", {
            params: {
              path: { client_id: clientId },
              query: {
                channel,
                ...(discrepancy ? { discrepancy } : {}),
                ...(periodStart ? { period_start: periodStart } : {}),
              },
            },
            signal,
          }),
        ),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnReconnect: false,
  });

const FAST_MS = 1000;
const FAST_FOR = 15;
const SLOW_MS = 5000;
const OPEN = new Set(["queued", "sending"]);

export const isOpen = (state: string) => OPEN.has(state);

/** Below the account's key: what the live stream says about the account also renews its flags. */
export const flagQuery = (clientId: string, id: string) =>
  queryOptions({
    queryKey: ["account", clientId, "flag", id],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/flags/{flag_id}", { params: { path: { flag_id: id } }, signal })),
    staleTime: 0,
    refetchInterval: ({ state }) => {
      if (state.data && !isOpen(state.data.state)) return false;
      return state.dataUpdateCount + state.errorUpdateCount < FAST_FOR ? FAST_MS : SLOW_MS;
    },
  });

export function postFlag(clientId: string, key: string, order: FlagOrder) {
  return flagCircuit.run(() =>
    unwrap(
      api.POST("/api/v1/accounts/{client_id}/flags", {
        params: { path: { client_id: clientId }, header: { "Idempotency-Key": key } },
        body: order,
        headers: CSRF,
      }),
    ),
  );
}
