import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { asProblem } from "@/shared/api/problem";
import { sourcesQuery } from "@/shared/api/sources";
import { usePageTitle } from "@/shared/lib/page-title";
import { Banner } from "@/shared/ui/banner";
import { ProblemState } from "@/shared/ui/problem-state";
import { Bar } from "@/shared/ui/skeleton";
import { SlowNote } from "@/shared/ui/slow-note";
import { ConnectionCard } from "./connection-card";
import { connect, connectionQuery, disconnect } from "./connection-queries";
import { inVainText, readConnectionResult } from "./connection-words";

const route = getRouteApi("/connections");

/** What the browser brought back from QuickBooks: told once, then gone from the address. */
function useResult() {
  const { result } = route.useSearch({ select: readConnectionResult, structuralSharing: true });
  const navigate = route.useNavigate();
  const [told, setTold] = useState(result);
  useEffect(() => {
    if (!result) return;
    setTold(result);
    void navigate({ search: {}, replace: true });
  }, [result, navigate]);
  return [told, () => setTold(undefined)] as const;
}

function Result({ result }: { result: string }) {
  const inVain = inVainText(result);
  if (inVain === null)
    return (
      <Banner tone="info" title="QuickBooks is connected.">
        It is read again within a minute.
      </Banner>
    );
  return (
    <Banner tone="bad" title="Not connected.">
      {inVain}
    </Banner>
  );
}

/** The connection to QuickBooks: made once by an administrator, and renewing itself from then on. */
export function ConnectionsPage() {
  const client = useQueryClient();
  const query = useQuery(connectionQuery);
  const [result, forget] = useResult();
  const outcome = useRef<HTMLParagraphElement>(null);
  const connecting = useMutation({ mutationFn: connect, onMutate: forget });
  const ending = useMutation({
    mutationFn: disconnect,
    onMutate: forget,
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: connectionQuery.queryKey }),
        client.invalidateQueries({ queryKey: sourcesQuery.queryKey }),
      ]);
      // The button that held the focus may be gone.
      outcome.current?.focus();
    },
  });
  const { data, error } = query;
  const failed = connecting.error ?? ending.error;
  usePageTitle("Connections");
  return (
    <div className="page">
      <header className="page-head">
        <h1>Connections</h1>
      </header>
      <p className="page-lead">
        QuickBooks is connected once, in the browser, by an administrator of the company; it renews itself from then on.
        Each step is written to the audit log.
      </p>
      <p ref={outcome} className="outcome" role="status" tabIndex={-1}>
        {ending.isSuccess ? "QuickBooks is disconnected." : ""}
      </p>
      {result ? <Result result={result} /> : null}
      {failed ? (
        <Banner tone="bad" title={connecting.error ? "Not begun." : "Not disconnected."}>
          {asProblem(failed).message}
        </Banner>
      ) : null}
      <SlowNote waiting={query.isPending} />
      {data ? (
        <ConnectionCard
          connection={data}
          busy={connecting.isPending ? "connect" : ending.isPending ? "disconnect" : null}
          onConnect={() => {
            ending.reset();
            connecting.mutate();
          }}
          onDisconnect={() => {
            connecting.reset();
            ending.mutate();
          }}
        />
      ) : error ? (
        <ProblemState error={error} retry={() => query.refetch()} retrying={query.isFetching} />
      ) : (
        <Bar height={180} />
      )}
    </div>
  );
}
