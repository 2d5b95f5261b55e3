import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";

export const invoicesQuery = (clientId: string, page: number) =>
  queryOptions({
    queryKey: ["account", clientId, "invoices", page],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{client_id}/invoices", {
          params: { path: { client_id: clientId }, query: { page, page_size: 50 } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const timelineQuery = (clientId: string) =>
  infiniteQueryOptions({
    queryKey: ["account", clientId, "timeline"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{client_id}/timeline", {
          params: { path: { client_id: clientId }, query: { limit: 30, ...(pageParam ? { before: pageParam } : {}) } },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  });
