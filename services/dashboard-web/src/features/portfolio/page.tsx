import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { downSince } from "@/shared/api/live";
import { useMay, useMayAct } from "@/shared/api/me";
import { POLL_MS } from "@/shared/api/query-client";
import { plural } from "@/shared/lib/format";
import { useObservable } from "@/shared/lib/observable";
import { usePageTitle } from "@/shared/lib/page-title";
import { CouldNotRefresh } from "@/shared/ui/could-not-refresh";
import { Disclaimer } from "@/shared/ui/disclaimer";
import { EmptyState } from "@/shared/ui/empty-state";
import { ProblemState } from "@/shared/ui/problem-state";
import { SlowNote } from "@/shared/ui/slow-note";
import { columnsFor } from "./columns";
import { Figures } from "./figures";
import { Filters } from "./filters";
import { PortfolioForecastStrip } from "./forecast";
import { Grid } from "./grid";
import { useGridKeys } from "./keyboard";
import { HeadTool, type ListedTool, SelectionBar } from "./listed";
import { Pager } from "./pager";
import { portfolioQuery } from "./queries";
import { Refresh } from "./refresh";
import { useReturnFocus } from "./return-focus";
import { isNarrowed, PAGE_SIZE, readSearch, type Sort, withFilter } from "./search";
import { useLiveRows } from "./use-live-rows";

const POLL_WHILE_DOWN_MS = 60_000;
const route = getRouteApi("/");

/** `tool` is what the app lets people do with the list, at its head and with the ticked rows. */
export function PortfolioPage({ tool }: { tool?: ListedTool }) {
  // The router hands on what it does not know; only what was read and found good goes further.
  const search = route.useSearch({ select: readSearch, structuralSharing: true });
  const navigate = route.useNavigate();
  const searchRef = useRef<HTMLInputElement>(null);
  const down = useObservable(downSince) !== null;
  const query = useQuery(portfolioQuery(search, down ? POLL_WHILE_DOWN_MS : POLL_MS));
  const { data, error, isPlaceholderData, isFetching } = query;
  const live = useLiveRows(search);
  const seesPayments = useMay("payments.read");
  const selects = useMayAct("exports.create");
  const mayRefresh = useMayAct("syncs.request");
  const columns = useMemo(() => columnsFor(seesPayments, selects), [seesPayments, selects]);
  useGridKeys(searchRef, selects);
  useReturnFocus(data !== undefined);
  usePageTitle("Portfolio");

  const onChange = useCallback(
    (change: Record<string, unknown>) => void navigate({ search: (former) => withFilter(former, change) }),
    [navigate],
  );
  const onClear = useCallback(() => void navigate({ search: {} }), [navigate]);
  const onSort = useCallback((sort: Sort) => onChange({ sort }), [onChange]);

  // An address past the end, say after a filter, shows the last page there is.
  const pages = data && !isPlaceholderData ? Math.max(1, Math.ceil(data.total / PAGE_SIZE)) : undefined;
  useEffect(() => {
    if (pages && (search.page ?? 1) > pages) {
      void navigate({ search: (former) => readSearch({ ...former, page: pages }), replace: true });
    }
  }, [pages, search.page, navigate]);

  return (
    <div className="page">
      <header className="page-head">
        <h1>Portfolio</h1>
        <div className="page-tools">
          {mayRefresh ? <Refresh /> : null}
          {tool ? <HeadTool search={search} items={data?.items} total={data?.total ?? 0} tool={tool} /> : null}
        </div>
      </header>
      {/* How many there are, said after each filter. */}
      <p className="visually-hidden" role="status">
        {data && !isPlaceholderData ? plural(data.total, "account") : ""}
      </p>
      <Figures totals={data?.totals} search={search} />
      <PortfolioForecastStrip />
      <Filters
        search={search}
        seesPayments={seesPayments}
        searchRef={searchRef}
        onChange={onChange}
        onClear={onClear}
      />
      <CouldNotRefresh query={query} />
      <div className="live-note" role="status">
        {live.displacedCount || live.listMoved ? (
          <button type="button" className="live-button" onClick={live.resort}>
            {live.displacedCount ? `${plural(live.displacedCount, "row")} changed` : "The list changed"} · refresh
          </button>
        ) : null}
      </div>
      {error && !data ? (
        <ProblemState error={error} retry={() => query.refetch()} retrying={isFetching} />
      ) : data && data.items.length === 0 && !isPlaceholderData ? (
        <Nothing narrowed={isNarrowed(search)} onClear={onClear} />
      ) : (
        <>
          <SlowNote waiting={!data || isPlaceholderData} />
          <Grid
            items={data?.items}
            columns={columns}
            search={search}
            fresh={live.fresh}
            dimmed={isPlaceholderData}
            onSort={onSort}
          />
          {data ? <Pager search={search} total={data.total} /> : <div className="pager" />}
          {tool && selects ? (
            <SelectionBar search={search} items={data?.items} total={data?.total ?? 0} tool={tool} />
          ) : null}
        </>
      )}
      <Disclaimer />
    </div>
  );
}

function Nothing({ narrowed, onClear }: { narrowed: boolean; onClear: () => void }) {
  if (narrowed) {
    return (
      <EmptyState title="No account matches" action={<Button onClick={onClear}>Clear filters</Button>}>
        Nothing in your portfolio fits these filters.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No accounts yet">
      No accounts are assigned to you. Ask an administrator to import accounts or to make you an owner.
    </EmptyState>
  );
}
