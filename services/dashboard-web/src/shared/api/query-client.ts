import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem, asProblem } from "./problem";
import { noteProblem } from "./refusals";
import { sessionEnded } from "./session-state";

export const POLL_MS = 300_000;
const TRIES_MAX = 2;

/** What repeats by itself: only what may pass, and never a 4xx. */
export function mayRetry(failures: number, error: Error): boolean {
  return error instanceof ApiProblem && error.passing && error.kind !== "timeout" && failures < TRIES_MAX;
}

export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    mutationCache: new MutationCache({ onError: (error) => void noteProblem(client, asProblem(error)) }),
    queryCache: new QueryCache({
      onError(error, query) {
        if (error instanceof ApiProblem && error.kind === "signed_out" && query.queryKey[0] !== "me")
          sessionEnded.set(true);
      },
    }),
    defaultOptions: {
      queries: {
        retry: mayRetry,
        retryDelay: (failures) => Math.min(8000, 500 * 2 ** failures) * (0.7 + Math.random() * 0.6),
        staleTime: 30_000,
        refetchOnWindowFocus: true,
      },
    },
  });
  return client;
}
