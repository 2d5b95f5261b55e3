import { queryOptions } from "@tanstack/react-query";
import { CSRF, fetchInTime, unwrap } from "@/shared/api/client";
import { coming, type ExportOrder, type MadeExport } from "@/shared/api/coming";
import { fromAnswer, offline } from "@/shared/api/problem";

/** What this session and this person may still export; asked anew whenever the panel opens. */
export const quotaQuery = queryOptions({
  queryKey: ["exports", "quota"],
  queryFn: ({ signal }) => unwrap(coming.GET("/api/v1/exports/quota", { signal })),
  staleTime: 0,
});

/** Make the file. It is logged and counted before its first byte. */
export function makeExport(order: ExportOrder): Promise<MadeExport> {
  return unwrap(coming.POST("/api/v1/exports", { body: order, headers: CSRF }));
}

/** The file itself, once. Read here and not by a link, so that a refusal is told and not saved as a file. */
export async function fetchFile({ file_url }: MadeExport): Promise<Blob> {
  const answer = await fetchInTime(new Request(new URL(file_url, location.origin), { credentials: "same-origin" }));
  if (!answer.ok) throw fromAnswer(answer.status, await answer.json().catch(() => null));
  return answer.blob().catch(() => {
    throw offline();
  });
}
