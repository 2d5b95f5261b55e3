import { queryOptions } from "@tanstack/react-query";
import { api, CSRF, unwrap } from "@/shared/api/client";

/** A verdict follows its count within seconds; until then it is asked often. */
const WAITING_EVERY_MS = 3_000;
const SETTLED_EVERY_MS = 60_000;

export const calibrationsQuery = queryOptions({
  queryKey: ["calibrations"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/calibrations", { signal })),
  refetchInterval: ({ state }) =>
    state.data?.items.some((one) => one.state === "waiting") ? WAITING_EVERY_MS : SETTLED_EVERY_MS,
});

/** Where counts come from: a file, or the company's own database asked about some days. */
export type CountSource = { text: string } | { from_day: string; to_day: string };

/** What would be taken, or was: each count and each thing that is wrong. */
export type Taken = Awaited<ReturnType<typeof takeCounts>>;

/** With `dry_run` only what would be taken. */
export function takeCounts(source: CountSource, dry_run: boolean) {
  const query = { dry_run };
  if ("text" in source) {
    // The typed body of a CSV upload is a string; it is sent as it is.
    return unwrap(
      api.POST("/api/v1/calibrations/csv", {
        params: { query },
        body: source.text,
        bodySerializer: (body) => body,
        headers: { ...CSRF, "Content-Type": "text/csv" },
      }),
    );
  }
  return unwrap(api.POST("/api/v1/calibrations/sql", { params: { query }, body: source, headers: CSRF }));
}

export function clearMetric({ metric, reason }: { metric: string; reason: string }) {
  return unwrap(
    api.POST("/api/v1/calibrations/{metric}/clear", { params: { path: { metric } }, body: { reason }, headers: CSRF }),
  );
}
