import { queryOptions } from "@tanstack/react-query";
import { api, CSRF, unwrap } from "@/shared/api/client";

const EVERY_MS = 60_000;
const PATH = "/api/v1/connections/quickbooks";

export const connectionQuery = queryOptions({
  queryKey: ["connections", "quickbooks"],
  queryFn: ({ signal }) => unwrap(api.GET(PATH, { signal })),
  refetchInterval: EVERY_MS,
});

/** Leaves for QuickBooks' own page, as a whole page; it sends the browser back to this one. */
export async function connect(): Promise<void> {
  const { authorise_url } = await unwrap(api.POST(PATH, { headers: CSRF }));
  window.location.assign(authorise_url);
}

export function disconnect() {
  return unwrap(api.DELETE(PATH, { headers: CSRF }));
}
