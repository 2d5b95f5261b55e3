import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useRef } from "react";
import { useIsReadOnly } from "@/shared/api/me";
import { asProblem } from "@/shared/api/problem";
import { Banner } from "@/shared/ui/banner";
import { EmptyState } from "@/shared/ui/empty-state";
import { ProblemState } from "@/shared/ui/problem-state";
import { Bar } from "@/shared/ui/skeleton";
import { SlowNote } from "@/shared/ui/slow-note";
import { Customer } from "./customer";
import { Decisions } from "./decisions";
import { LinksFilters } from "./filters";
import { Pages } from "./pages";
import { unlinkedQuery, type Wish } from "./queries";
import { readLinksSearch } from "./search";
import { useDecide } from "./use-decide";
import { decisionText } from "./words";

const route = getRouteApi("/links");

/** What a wish that is on its way is about. */
export const isBusy = (wish: Wish | undefined, about: string) =>
  wish !== undefined && (wish.kind === "undo" ? wish.decisionId : wish.ref) === about;

/** Customers that belong to nobody, the accounts they may belong to, and what was decided. */
export function LinksPage() {
  const search = route.useSearch({ select: readLinksSearch, structuralSharing: true });
  const navigate = route.useNavigate();
  const query = useQuery(unlinkedQuery(search));
  const readOnly = useIsReadOnly();
  const outcome = useRef<HTMLParagraphElement>(null);
  // The row that held the focus may be gone.
  const deciding = useDecide(() => outcome.current?.focus());
  const { data, error } = query;
  const filtered = Boolean(search.search || search.source);
  const busy = deciding.isPending ? deciding.variables : undefined;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Links{data ? <span className="muted"> {data.total}</span> : null}</h1>
      </header>
      <p className="page-lead">
        These customers belong to no account, so what they use, owe or pay is missing there. Nothing is linked by
        likeness: the suggestions say what speaks for them, you decide. Every decision can be undone.
      </p>
      <LinksFilters search={search} onChange={(next) => void navigate({ search: next })} />
      <p ref={outcome} className="outcome" role="status" tabIndex={-1}>
        {deciding.isSuccess ? decisionText(deciding.data) : ""}
      </p>
      {deciding.isError ? (
        <Banner tone="bad" title="Not decided.">
          {asProblem(deciding.error).message}
        </Banner>
      ) : null}
      <SlowNote waiting={query.isPending} />
      {data?.items.length ? (
        <ul className="links-list" aria-label="Customers without an account">
          {data.items.map((customer) => (
            <Customer
              key={customer.ref}
              customer={customer}
              readOnly={readOnly}
              busy={isBusy(busy, customer.ref)}
              onDecide={deciding.mutate}
            />
          ))}
        </ul>
      ) : data ? (
        <EmptyState title={filtered ? "No customer matches" : "Every customer belongs to an account"}>
          {filtered ? "Nothing that waits fits these filters." : "There is nothing to link."}
        </EmptyState>
      ) : error ? (
        <ProblemState error={error} retry={() => query.refetch()} retrying={query.isFetching} />
      ) : (
        <Bar height={320} />
      )}
      {data ? <Pages search={search} total={data.total} /> : null}
      <Decisions readOnly={readOnly} busy={busy} onDecide={deciding.mutate} />
    </div>
  );
}
