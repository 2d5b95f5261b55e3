import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { accountQuery } from "@/shared/api/account";
import { useMayAct } from "@/shared/api/me";
import { plural } from "@/shared/lib/format";
import { usePageTitle } from "@/shared/lib/page-title";
import { Disclaimer } from "@/shared/ui/disclaimer";
import { EmptyState } from "@/shared/ui/empty-state";
import { ChevronLeft } from "@/shared/ui/icons";
import { PageLinks } from "@/shared/ui/page-links";
import { ProblemState } from "@/shared/ui/problem-state";
import { Bar } from "@/shared/ui/skeleton";
import { SlowNote } from "@/shared/ui/slow-note";
import { cardsQuery } from "./queries";
import { Version } from "./version";

const route = getRouteApi("/accounts/$clientId/rate-card");
const PAGE_SIZE = 50;

/** The rate card of one account: the version in force, and every one before it with what it changed. */
export function RateCardPage() {
  const { clientId } = route.useParams();
  const { page = 1 } = route.useSearch();
  const query = useQuery(cardsQuery(clientId, page));
  const account = useQuery(accountQuery(clientId));
  const mayImport = useMayAct("imports.write");
  const { data, error } = query;
  usePageTitle(account.data && `Rate card of ${account.data.name}`);
  const pages = data ? Math.max(1, Math.ceil(data.total / PAGE_SIZE)) : 1;
  const way = mayImport ? <Link to="/rate-cards">Import rate cards</Link> : undefined;
  return (
    <div className="page card-history">
      <Link to="/accounts/$clientId" params={{ clientId }} className="back">
        <ChevronLeft size={14} /> {account.data?.name ?? "Account"}
      </Link>
      <header className="page-head">
        <h1>Rate card{data?.total ? <span className="muted"> {plural(data.total, "version")}</span> : null}</h1>
        {data?.total ? way : null}
      </header>
      <SlowNote waiting={query.isPending} />
      {data?.total === 0 ? (
        <EmptyState title="No rate card yet" action={way}>
          Without one, what was billed is held against what was used by the invoices' own prices, and the account says
          so.
        </EmptyState>
      ) : data ? (
        data.items.map((card) => (
          <Version key={card.version} card={card} inForce={page === 1 && card === data.items[0]} />
        ))
      ) : error ? (
        <ProblemState error={error} retry={() => query.refetch()} retrying={query.isFetching} />
      ) : (
        <Bar height={300} />
      )}
      <PageLinks to="/accounts/$clientId/rate-card" clientId={clientId} page={page} pages={pages} />
      <Disclaimer />
    </div>
  );
}
