/** From the confirmed wish to the attempt that the server knows, whatever happens on the way. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { retryCircuit } from "@/shared/actions/circuits";
import type { Amount, Attempt } from "@/shared/api/actions";
import { api, CSRF, unwrap } from "@/shared/api/client";
import { type ApiProblem, asProblem } from "@/shared/api/problem";
import { noteProblem } from "@/shared/api/refusals";
import { entryOf, put, track } from "./entries";

export const FAST_MS = 1000;
export const FAST_FOR_MS = 10_000;
/** Beside the live stream, which says it sooner; where the stream is down this is what says it. */
export const SLOW_MS = 20_000;

export const attemptKey = (clientId: string, id: string) => ["account", clientId, "payment-retry", id] as const;

/** Below the account's key: what the live stream says about the account also renews its attempts. */
export const attemptQuery = (clientId: string, id: string, every_ms: number | false) =>
  queryOptions({
    queryKey: attemptKey(clientId, id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/payment-retries/{payment_retry_id}", {
          params: { path: { payment_retry_id: id } },
          signal,
        }),
      ),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.final ? false : every_ms),
  });

function post(invoiceId: string, key: string, amount: Amount): Promise<Attempt> {
  return unwrap(
    api.POST("/api/v1/invoices/{gateway_invoice_id}/payment-retries", {
      params: { path: { gateway_invoice_id: invoiceId }, header: { "Idempotency-Key": key } },
      body: amount,
      headers: CSRF,
    }),
  );
}

/** Nothing was begun, and the same person may go on once what stood in the way has passed. */
const mayGoOn = ({ kind, code }: ApiProblem) => kind === "signed_out" || kind === "busy" || code === "read_only_mode";

const CHANGED = new Set(["amount_changed", "idempotency_key_reused"]);

const NOTES: Record<string, string> = {
  amount_changed: "What is owed has changed since you looked. Nothing was charged; look at the new amount.",
  idempotency_key_reused:
    "What is owed has changed since you first asked. Look at the attempts, then at the new amount.",
};

/** What an answer other than 202 means for the entry. */
function settleProblem(invoiceId: string, problem: ApiProblem): void {
  const note = NOTES[problem.code] ?? (problem.detail || problem.title);
  if (mayGoOn(problem)) put(invoiceId, { phase: "confirming", note });
  else if (CHANGED.has(problem.code)) {
    put(invoiceId, { phase: "confirming", note, key: crypto.randomUUID(), amount: null });
  } else if (problem.status >= 400 && problem.status < 500) put(invoiceId, { phase: "refused", note, key: null });
  else put(invoiceId, { phase: "unanswered", note: null });
}

/** Send what was confirmed, or ask again for it with the same key. While one request runs there is no other. */
export async function sendRetry(client: QueryClient, invoiceId: string, shown: Amount): Promise<void> {
  const entry = entryOf(invoiceId);
  if (!entry?.key || entry.phase === "sending") return;
  const { key } = entry;
  // An earlier request may have arrived with the amount of then; the same wish has the same amount.
  const amount = entry.phase === "unanswered" && entry.amount ? entry.amount : shown;
  put(invoiceId, { phase: "sending", amount, note: null });
  try {
    const attempt = await retryCircuit.run(() => post(invoiceId, key, amount));
    client.setQueryData(attemptKey(entry.client_id, attempt.id), attempt);
    track(invoiceId, entry.client_id, entry.place, attempt.id, attempt.final);
  } catch (error) {
    settleProblem(invoiceId, noteProblem(client, asProblem(error)));
  }
  void client.invalidateQueries({ queryKey: ["account", entry.client_id] });
}
