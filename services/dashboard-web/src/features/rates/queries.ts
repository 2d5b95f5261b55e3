import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, CSRF, unwrap } from "@/shared/api/client";

/** A chosen file as it was then: what is imported is what was shown, whatever becomes of the file. */
export interface CardFile {
  name: string;
  bytes: ArrayBuffer;
}

export type CardImport = Awaited<ReturnType<typeof importCards>>;

const YAML = /\.ya?ml$/i;

/** With `dry_run` only what would change. */
export function importCards({ name, bytes }: CardFile, dry_run: boolean) {
  return unwrap(
    api.POST("/api/v1/imports/rates", {
      params: { query: { dry_run } },
      // The typed body is a string; the bytes are sent as they are, so that the server can tell a wrong encoding.
      body: "",
      bodySerializer: () => bytes,
      headers: { ...CSRF, "Content-Type": YAML.test(name) ? "application/yaml" : "text/csv" },
    }),
  );
}

const readCards = (clientId: string, page: number, signal: AbortSignal) =>
  unwrap(
    api.GET("/api/v1/accounts/{client_id}/rate-cards", {
      params: { path: { client_id: clientId }, query: { page, page_size: 50 } },
      signal,
    }),
  );

/** One version of a whole card. */
export type RateCard = Awaited<ReturnType<typeof readCards>>["items"][number];

export const cardsQuery = (clientId: string, page: number) =>
  queryOptions({
    queryKey: ["account", clientId, "rate-cards", page],
    queryFn: ({ signal }) => readCards(clientId, page, signal),
    placeholderData: keepPreviousData,
  });
