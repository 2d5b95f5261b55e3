import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { POLL_MS } from "./query-client";

/** One account with all that its page shows. */
export const accountQuery = (clientId: string) =>
  queryOptions({
    queryKey: ["account", clientId],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accounts/{client_id}", { params: { path: { client_id: clientId } }, signal })),
    refetchInterval: POLL_MS,
  });
