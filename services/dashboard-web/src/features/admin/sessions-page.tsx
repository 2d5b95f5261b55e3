import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { asProblem } from "@/shared/api/problem";
import { plural } from "@/shared/lib/format";
import { usePageTitle } from "@/shared/lib/page-title";
import { Banner } from "@/shared/ui/banner";
import { ConfirmButton } from "@/shared/ui/confirm-button";
import { ProblemState } from "@/shared/ui/problem-state";
import { Bar } from "@/shared/ui/skeleton";
import { SlowNote } from "@/shared/ui/slow-note";
import { revoke, sessionsQuery } from "./queries";
import { SessionsTable } from "./sessions-table";

/** What a finished revocation says. */
function endedText(ended: number): string {
  return ended ? `${plural(ended, "session")} ended.` : "There was nothing left to end.";
}

/** Who is signed in, and the way to end it: one session, all of a person, all but one's own. */
export function SessionsPage() {
  const client = useQueryClient();
  const query = useQuery(sessionsQuery);
  const outcome = useRef<HTMLParagraphElement>(null);
  const ending = useMutation({
    mutationFn: revoke,
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      // The row that held the focus may be gone.
      outcome.current?.focus();
    },
  });
  const { data, error } = query;
  usePageTitle("Sessions");
  const others = data?.items.filter(({ current }) => !current) ?? [];
  return (
    <div className="page">
      <header className="page-head">
        <h1>Sessions{data ? <span className="muted"> {data.items.length}</span> : null}</h1>
        {others.length ? (
          <ConfirmButton
            label="End all other sessions"
            question={`End ${plural(others.length, "session")}? Only yours stays; everybody else has to sign in again.`}
            confirm="End them all"
            busy={ending.isPending && "others" in (ending.variables ?? {})}
            onConfirm={() => ending.mutate({ others: true })}
          />
        ) : null}
      </header>
      <p className="page-lead">
        Ending a session closes its pages' live updates at once; its next click asks to sign in again. It is written to
        the audit log.
      </p>
      <p ref={outcome} className="outcome" role="status" tabIndex={-1}>
        {ending.isSuccess ? endedText(ending.data) : ""}
      </p>
      {ending.isError ? (
        <Banner tone="bad" title="Not ended.">
          {asProblem(ending.error).message}
        </Banner>
      ) : null}
      <SlowNote waiting={query.isPending} />
      {data ? (
        <SessionsTable
          sessions={data.items}
          busy={ending.isPending ? ending.variables : undefined}
          onEnd={ending.mutate}
        />
      ) : error ? (
        <ProblemState error={error} retry={() => query.refetch()} retrying={query.isFetching} />
      ) : (
        <Bar height={220} />
      )}
    </div>
  );
}
