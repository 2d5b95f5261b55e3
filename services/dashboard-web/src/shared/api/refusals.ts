import type { QueryClient } from "@tanstack/react-query";
import { meQuery } from "./me";
import type { ApiProblem } from "./problem";
import { sessionEnded } from "./session-state";

/** What a refused action says about everything else: the session has ended, or actions are off by now. */
export function noteProblem(client: QueryClient, problem: ApiProblem): ApiProblem {
  if (problem.kind === "signed_out") sessionEnded.set(true);
  if (problem.code === "read_only_mode") void client.invalidateQueries({ queryKey: meQuery.queryKey });
  return problem;
}
