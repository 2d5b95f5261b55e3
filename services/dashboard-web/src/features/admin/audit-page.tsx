import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { usePageTitle } from "@/shared/lib/page-title";
import { EmptyState } from "@/shared/ui/empty-state";
import { ProblemState } from "@/shared/ui/problem-state";
import { Bar } from "@/shared/ui/skeleton";
import { SlowNote } from "@/shared/ui/slow-note";
import { AuditFilters } from "./audit-filters";
import { readAuditSearch } from "./audit-search";
import { AuditTable } from "./audit-table";
import { auditQuery } from "./queries";

const route = getRouteApi("/audit");

/** Who did what, the latest first; nothing in it can be changed. */
export function AuditPage() {
  const search = route.useSearch({ select: readAuditSearch, structuralSharing: true });
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(auditQuery(search));
  const { data, error } = query;
  usePageTitle("Audit log");
  const entries = data?.pages.flatMap(({ items }) => items);
  return (
    <div className="page">
      <header className="page-head">
        <h1>Audit log</h1>
      </header>
      <p className="page-lead">
        Every action, with who and when. Each entry carries a seal over itself and all entries before it, so that a
        later change shows.
      </p>
      <AuditFilters search={search} onChange={(next) => void navigate({ search: readAuditSearch({ ...next }) })} />
      <SlowNote waiting={query.isPending} />
      {entries?.length ? (
        <AuditTable entries={entries} />
      ) : entries ? (
        <EmptyState title="No entry matches">Nothing in the log fits these filters.</EmptyState>
      ) : error ? (
        <ProblemState error={error} retry={() => query.refetch()} retrying={query.isFetching} />
      ) : (
        <Bar height={400} />
      )}
      {error && entries ? (
        <p role="alert" className="note" data-tone="bad">
          Older entries could not be loaded: {error.message}
        </p>
      ) : null}
      {query.hasNextPage ? (
        <div className="older">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            Older entries
          </Button>
        </div>
      ) : null}
    </div>
  );
}
