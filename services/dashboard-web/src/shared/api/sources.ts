import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { POLL_MS } from "./query-client";

export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/sources", { signal })),
  refetchInterval: POLL_MS,
});
