import type { QueryClient } from "@tanstack/react-query";
import { decideCircuit } from "@/shared/actions/circuits";
import type { BulkBody, BulkOrder, DecisionBody, DecisionOrder } from "@/shared/api/actions";
import { api, CSRF, unwrap } from "@/shared/api/client";
import { type ApiProblem, asProblem } from "@/shared/api/problem";
import { noteProblem } from "@/shared/api/refusals";
import { change, discard, draftOf } from "./store";

/** Whether it may have been taken although no answer says so. */
export const isUnclear = ({ kind, status }: ApiProblem) => kind === "offline" || kind === "timeout" || status >= 500;

export const UNCLEAR =
  "No answer came: it may be decided. Asking again as it is asks for the same decision, not for a second one.";

const post = (clientId: string, key: string, order: DecisionOrder) =>
  decideCircuit.run(() =>
    unwrap(
      api.POST("/api/v1/accounts/{client_id}/decisions", {
        params: { path: { client_id: clientId }, header: { "Idempotency-Key": key } },
        body: order as DecisionBody,
        headers: CSRF,
      }),
    ),
  );

export const postBulk = (key: string, order: BulkOrder) =>
  decideCircuit.run(() =>
    unwrap(
      api.POST("/api/v1/decisions", {
        params: { header: { "Idempotency-Key": key } },
        body: order as BulkBody,
        headers: CSRF,
      }),
    ),
  );

/** Decide, or ask again for the same with the same key. While one request runs there is no other. */
export async function sendDecision(
  client: QueryClient,
  clientId: string,
  name: string,
  order: DecisionOrder,
): Promise<void> {
  const draft = draftOf(name);
  if (!draft || draft.sending) return;
  const request = draft.pending ?? { key: crypto.randomUUID(), order };
  change(name, { sending: true, pending: request, problem: null });
  try {
    await post(clientId, request.key, request.order);
    discard(name);
  } catch (error) {
    const problem = noteProblem(client, asProblem(error));
    const unclear = isUnclear(problem);
    change(name, {
      sending: false,
      pending: unclear || problem.kind === "signed_out" ? request : null,
      problem: unclear ? UNCLEAR : problem.detail || problem.title,
    });
  }
  await client.invalidateQueries({ queryKey: ["account", clientId] });
  void client.invalidateQueries({ queryKey: ["portfolio"], refetchType: "none" });
}
