import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { asProblem } from "@/shared/api/problem";
import { sourcesQuery } from "@/shared/api/sources";
import type { SourceReport } from "@/shared/api/types";
import { useLasting } from "@/shared/lib/clock";
import { sourceName } from "@/shared/lib/words";
import { RefreshIcon } from "@/shared/ui/icons";
import { requestSync } from "./queries";

const ASK_EVERY_MS = 3000;
const GIVE_UP_MS = 60_000;

/** The sources that have not been read since `asked_ms`. */
export function waitingFor(reports: SourceReport[] | undefined, asked_ms: number): string[] {
  return (reports ?? [])
    .filter(({ as_of }) => !as_of || new Date(as_of).getTime() < asked_ms)
    .map(({ source }) => sourceName(source));
}

/** Asks all sources to be read again and says how far that is, by what the sources themselves report. */
export function Refresh() {
  const client = useQueryClient();
  const [asked_ms, setAsked] = useState<number | null>(null);
  const sync = useMutation({
    mutationFn: requestSync,
    onMutate: () => setAsked(null),
    onSuccess: () => setAsked(Date.now()),
  });
  const following = asked_ms !== null;
  const late = useLasting(following, GIVE_UP_MS);
  const { data } = useQuery({
    ...sourcesQuery,
    refetchInterval: following && !late ? ASK_EVERY_MS : false,
    enabled: following,
  });
  const waiting = following ? waitingFor(data?.items, asked_ms) : [];
  const done = following && data !== undefined && waiting.length === 0;

  useEffect(() => {
    if (done) void client.invalidateQueries({ queryKey: ["portfolio"] });
  }, [done, client]);

  return (
    <div className="refresh">
      <span role="status" className="refresh-state">
        {sync.isError ? `Not asked: ${asProblem(sync.error).title.toLowerCase()}` : null}
        {done ? "All sources read again" : null}
        {following && !done && !late ? `Asked; waiting for ${waiting.join(", ") || "the sources"}` : null}
        {following && !done && late ? `No answer yet from ${waiting.join(", ")}; figures follow when it comes` : null}
      </span>
      <Button
        variant="default"
        leftSection={<RefreshIcon size={14} />}
        loading={sync.isPending}
        onClick={() => sync.mutate()}
      >
        Refresh
      </Button>
    </div>
  );
}
