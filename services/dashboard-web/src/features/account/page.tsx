import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useAccountSlots } from "@/shared/actions/slots";
import { accountQuery } from "@/shared/api/account";
import type { Account } from "@/shared/api/types";
import { usePageTitle } from "@/shared/lib/page-title";
import { CouldNotRefresh } from "@/shared/ui/could-not-refresh";
import { Disclaimer } from "@/shared/ui/disclaimer";
import { ProblemState } from "@/shared/ui/problem-state";
import { SlowNote } from "@/shared/ui/slow-note";
import { BackLink } from "./back-link";
import { CannotJudge } from "./cannot-judge";
import { DiscrepanciesSection } from "./discrepancies";
import { ForecastSection } from "./forecast";
import { Gaps } from "./gaps";
import { AccountHead } from "./head";
import { InvoicesSection } from "./invoices";
import { LinkedSection } from "./linked";
import { PaymentsSection } from "./payments";
import { PeriodsSection } from "./periods";
import { ReceiptSection } from "./receipt";
import { AccountSkeleton } from "./skeleton";
import { TimelineSection } from "./timeline";
import { TrendSection } from "./trend";

const route = getRouteApi("/accounts/$clientId");

function Body({ account }: { account: Account }) {
  const { attempts: Attempts, watch: Watch } = useAccountSlots();
  return (
    <>
      <CannotJudge account={account} />
      <Gaps account={account} />
      {Watch ? <Watch account={account} /> : null}
      <AccountHead account={account} />
      <div className="account-body">
        <div className="account-main">
          <ReceiptSection key={account.client_id} account={account} />
          <TrendSection account={account} />
          <InvoicesSection account={account} />
          {Attempts ? <Attempts account={account} /> : null}
          <PaymentsSection account={account} />
          <PeriodsSection account={account} />
        </div>
        <div className="account-side">
          <ForecastSection account={account} />
          <DiscrepanciesSection account={account} />
          <TimelineSection clientId={account.client_id} />
          <LinkedSection account={account} />
        </div>
      </div>
    </>
  );
}

export function AccountPage() {
  const { clientId } = route.useParams();
  const query = useQuery(accountQuery(clientId));
  const { data, error } = query;
  usePageTitle(data?.name);
  return (
    <div className="page">
      <BackLink />
      <SlowNote waiting={query.isPending} />
      <CouldNotRefresh query={query} />
      {data ? (
        <Body account={data} />
      ) : error ? (
        <ProblemState error={error} whole retry={() => query.refetch()} retrying={query.isFetching} />
      ) : (
        <>
          <h1 className="visually-hidden">Account</h1>
          <AccountSkeleton />
        </>
      )}
      <Disclaimer />
    </div>
  );
}
