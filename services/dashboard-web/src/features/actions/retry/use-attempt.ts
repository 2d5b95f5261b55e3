import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLasting } from "@/shared/lib/clock";
import { entryOf, put } from "./entries";
import { attemptQuery, FAST_FOR_MS, FAST_MS, SLOW_MS } from "./flow";

/** An attempt, asked for each second at first, then left to the live stream and a slow look beside it. */
export function useAttempt(clientId: string, invoiceId: string, id: string) {
  const client = useQueryClient();
  const lasting = useLasting(true, FAST_FOR_MS);
  const query = useQuery(attemptQuery(clientId, id, lasting ? SLOW_MS : FAST_MS));
  const final = query.data?.final ?? false;
  useEffect(() => {
    if (!final) return;
    if (entryOf(invoiceId)?.attempt_id === id) put(invoiceId, { key: null });
    void client.invalidateQueries({ queryKey: ["account", clientId], exact: true });
    void client.invalidateQueries({ queryKey: ["account", clientId, "invoices"] });
  }, [client, clientId, invoiceId, id, final]);
  return { attempt: query.data, error: query.error, late: lasting && !final };
}
