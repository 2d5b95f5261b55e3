import { queryOptions } from "@tanstack/react-query";
import { api, CSRF, fetchInTime, unwrap } from "@/shared/api/client";
import { fromAnswer, offline } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema";
import type { ExportOrder, MadeExport } from "@/shared/api/types";

/** What this session and this person may still export; asked anew whenever the panel opens. */
export const quotaQuery = queryOptions({
  queryKey: ["exports", "quota"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/exports/quota", { signal })),
  staleTime: 0,
});

type Body = components["schemas"]["ExportRequest"];

/** Make the file. It is logged and counted before its first byte. */
export function makeExport(order: ExportOrder): Promise<MadeExport> {
  return unwrap(api.POST("/api/v1/exports", { body: order as Body, headers: CSRF }));
}

/** The file itself, once. Read here and not by a link, so that a refusal is told and not saved as a file. */
export async function fetchFile({ file_url }: MadeExport): Promise<Blob> {
  const answer = await fetchInTime(new Request(new URL(file_url, location.origin), { credentials: "same-origin" }));
  if (!answer.ok) throw fromAnswer(answer.status, await answer.json().catch(() => null));
  return answer.blob().catch(() => {
    throw offline();
  });
}
