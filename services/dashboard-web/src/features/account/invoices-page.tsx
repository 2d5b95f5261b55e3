import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { accountQuery } from "@/shared/api/account";
import { count } from "@/shared/lib/format";
import { usePageTitle } from "@/shared/lib/page-title";
import { Disclaimer } from "@/shared/ui/disclaimer";
import { ChevronLeft } from "@/shared/ui/icons";
import { PageLinks } from "@/shared/ui/page-links";
import { ProblemState } from "@/shared/ui/problem-state";
import { Bar } from "@/shared/ui/skeleton";
import { SlowNote } from "@/shared/ui/slow-note";
import { InvoiceTable } from "./invoices";
import { invoicesQuery } from "./queries";

const route = getRouteApi("/accounts/$clientId/invoices");
const PAGE_SIZE = 50;

/** Every document of one account, 50 a page. */
export function InvoicesPage() {
  const { clientId } = route.useParams();
  const { page = 1 } = route.useSearch();
  const query = useQuery(invoicesQuery(clientId, page));
  const account = useQuery(accountQuery(clientId));
  const { data, error } = query;
  usePageTitle(account.data && `Invoices of ${account.data.name}`);
  const pages = data ? Math.max(1, Math.ceil(data.total / PAGE_SIZE)) : 1;
  return (
    <div className="page">
      <Link to="/accounts/$clientId" params={{ clientId }} className="back">
        <ChevronLeft size={14} /> {account.data?.name ?? "Account"}
      </Link>
      <header className="page-head">
        <h1>Invoices{data ? <span className="muted"> {count(data.total)}</span> : null}</h1>
      </header>
      <SlowNote waiting={query.isPending} />
      {data ? (
        <InvoiceTable alone clientId={clientId} invoices={data.items} caption="All invoices, the latest first" />
      ) : error ? (
        <ProblemState error={error} retry={() => query.refetch()} retrying={query.isFetching} />
      ) : (
        <Bar height={400} />
      )}
      <PageLinks to="/accounts/$clientId/invoices" clientId={clientId} page={page} pages={pages}>
        <p className="pager-range">
          Page {page} of {pages}
        </p>
      </PageLinks>
      <Disclaimer />
    </div>
  );
}
