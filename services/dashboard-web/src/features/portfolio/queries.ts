import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, CSRF, unwrap } from "@/shared/api/client";
import { POLL_MS } from "@/shared/api/query-client";
import type { Portfolio } from "@/shared/api/types";
import { type PortfolioSearch, toQuery } from "./search";

export const portfolioKey = (search: PortfolioSearch) => ["portfolio", toQuery(search)] as const;

/** `poll_ms`: how often it is asked without any news. */
export const portfolioQuery = (search: PortfolioSearch, poll_ms: number = POLL_MS) =>
  queryOptions({
    queryKey: portfolioKey(search),
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/accounts", { params: { query: toQuery(search) }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: poll_ms,
  });

/** Only these accounts, whether or not they still match the filters; the date range stays, it decides the figures. */
export function fetchRows({ from, to, axis }: PortfolioSearch, ids: string[]): Promise<Portfolio> {
  const range = { ...(from ? { from } : {}), ...(to ? { to } : {}), ...(axis ? { axis } : {}) };
  const query = { ...toQuery({ ...range, active: "all" }), ids: ids.join(",") };
  return unwrap(api.GET("/api/v1/accounts", { params: { query } }));
}

/** Totals, count and ages without the rows. */
export function fetchTotals(search: PortfolioSearch): Promise<Portfolio> {
  const query = { ...toQuery(search), page: 1, page_size: 1 };
  return unwrap(api.GET("/api/v1/accounts", { params: { query } }));
}

/** Ask all sources to be read again; answers when the wish is taken, not when it is fulfilled. */
export function requestSync() {
  return unwrap(api.POST("/api/v1/syncs", { body: { source: null }, headers: CSRF }));
}
