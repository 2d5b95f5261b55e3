import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { exportCircuit } from "@/shared/actions/circuits";
import { type ApiProblem, asProblem } from "@/shared/api/problem";
import { noteProblem } from "@/shared/api/refusals";
import type { ExportOrder, MadeExport } from "@/shared/api/types";
import { saveFile } from "@/shared/lib/save-file";
import { fetchFile, makeExport, quotaQuery } from "./queries";

export type ExportState =
  | { phase: "idle" }
  | { phase: "making" }
  | { phase: "fetching"; made: MadeExport }
  | { phase: "done"; made: MadeExport }
  | { phase: "refused"; problem: ApiProblem }
  | { phase: "lost"; made: MadeExport; problem: ApiProblem };

/** One export from the order to the saved file. It goes on while its panel is closed. */
export function useExport() {
  const client = useQueryClient();
  const [state, setState] = useState<ExportState>({ phase: "idle" });

  const fetchMade = useCallback(
    async (made: MadeExport) => {
      setState({ phase: "fetching", made });
      try {
        saveFile(await exportCircuit.run(() => fetchFile(made)), made.filename);
        setState({ phase: "done", made });
      } catch (error) {
        setState({ phase: "lost", made, problem: noteProblem(client, asProblem(error)) });
      }
    },
    [client],
  );

  const start = useCallback(
    async (order: ExportOrder) => {
      setState({ phase: "making" });
      try {
        const made = await exportCircuit.run(() => makeExport(order));
        await fetchMade(made);
      } catch (error) {
        setState({ phase: "refused", problem: noteProblem(client, asProblem(error)) });
      }
      // Also after a failure: a time-out may have been counted.
      void client.invalidateQueries({ queryKey: quotaQuery.queryKey });
    },
    [client, fetchMade],
  );

  const reset = useCallback(() => setState({ phase: "idle" }), []);
  return { state, start, fetchMade, reset };
}
