import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { asProblem } from "@/shared/api/problem";
import { metricName } from "@/shared/lib/words";
import { Banner } from "@/shared/ui/banner";
import { EmptyState } from "@/shared/ui/empty-state";
import { ProblemState } from "@/shared/ui/problem-state";
import { Bar } from "@/shared/ui/skeleton";
import { SlowNote } from "@/shared/ui/slow-note";
import { calibrationsQuery, clearMetric } from "./calibration-queries";
import { CalibrationTable } from "./calibration-table";
import { CalibrationUpload } from "./calibration-upload";

/** Metered usage beside the company's own counts: when each is due, how far it drifted, and the way to clear it. */
export function CalibrationPage() {
  const client = useQueryClient();
  const query = useQuery(calibrationsQuery);
  const clearing = useMutation({
    mutationFn: clearMetric,
    onSettled: () => client.invalidateQueries({ queryKey: calibrationsQuery.queryKey }),
  });
  const { data, error } = query;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Calibration</h1>
      </header>
      <p className="page-lead">
        Every {data?.interval_days ?? 14} days, hold metered usage against the company's own count. A metric that drifts
        too far is not projected until somebody clears it; both are written to the audit log.
      </p>
      {data ? <CalibrationUpload hasDatabase={data.has_database} /> : null}
      <p role="status">
        {clearing.isSuccess ? `${metricName(clearing.data.metric)} is cleared; its forecasts follow.` : ""}
      </p>
      {clearing.isError ? (
        <Banner tone="bad" title="Not cleared.">
          {asProblem(clearing.error).message}
        </Banner>
      ) : null}
      <SlowNote waiting={query.isPending} />
      {data?.items.length === 0 ? (
        <EmptyState title="Nothing is metered yet">Metrics appear here once their usage has been pulled.</EmptyState>
      ) : data ? (
        <CalibrationTable
          items={data.items}
          busy={clearing.isPending ? clearing.variables.metric : undefined}
          onClear={clearing.mutate}
        />
      ) : error ? (
        <ProblemState error={error} retry={() => query.refetch()} retrying={query.isFetching} />
      ) : (
        <Bar height={220} />
      )}
    </div>
  );
}
