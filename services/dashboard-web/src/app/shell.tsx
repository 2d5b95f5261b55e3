import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useMatches, useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { LoginPage } from "@/features/session/login-page";
import { UserMenu } from "@/features/session/user-menu";
import { startLive } from "@/shared/api/live";
import { meQuery } from "@/shared/api/me";
import { ApiProblem } from "@/shared/api/problem";
import { placeNow } from "@/shared/api/session-state";
import type { Me } from "@/shared/api/types";
import { one, parseSearch } from "@/shared/lib/search-params";
import { humanised } from "@/shared/lib/words";
import { Disclaimer } from "@/shared/ui/disclaimer";
import { EmptyState } from "@/shared/ui/empty-state";
import { Mark } from "@/shared/ui/icons";
import { ProblemState } from "@/shared/ui/problem-state";
import { SlowNote } from "@/shared/ui/slow-note";
import { BannerSlot } from "./banner-slot";
import { LiveDot } from "./live-dot";
import { Nav } from "./nav";
import { PageNews, useFocusOnArrival } from "./page-news";

function TopBar({ nav, children }: { nav?: ReactNode; children?: ReactNode }) {
  return (
    <header className="top">
      <a className="skip" href="#content">
        Skip to content
      </a>
      <Link to="/" className="brand" aria-label="Trueup, portfolio">
        <Mark />
        <span>Trueup</span>
      </Link>
      {nav}
      <div className="top-right">{children}</div>
    </header>
  );
}

function NotForThisRole({ me, wanted }: { me: Me; wanted: string }) {
  const role = humanised(me.role).toLowerCase();
  if (wanted === "portfolio.read") {
    return (
      <div className="page">
        <EmptyState title="No portfolio for this role" whole>
          You are signed in as {role}. That role sees no accounts.
        </EmptyState>
        <Disclaimer />
      </div>
    );
  }
  return (
    <EmptyState title="Not for this role" whole action={<a href="/">Go to the portfolio</a>}>
      You are signed in as {role}. This page is for another role; an administrator can change yours.
    </EmptyState>
  );
}

function SignedIn() {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const reads = me?.permissions.includes("portfolio.read") ?? false;
  const wanted = useMatches({ select: (matches) => matches.at(-1)?.staticData.permission });
  useEffect(() => (reads ? startLive(client) : undefined), [client, reads]);
  useFocusOnArrival();
  if (!me) return null;
  return (
    <>
      <TopBar nav={<Nav me={me} />}>
        {reads ? <LiveDot /> : null}
        <UserMenu me={me} />
      </TopBar>
      <PageNews />
      <main id="content" tabIndex={-1}>
        <div className="banner-slot">
          <BannerSlot />
        </div>
        {!wanted || me.permissions.includes(wanted) ? <Outlet /> : <NotForThisRole me={me} wanted={wanted} />}
      </main>
    </>
  );
}

/** Signed in: the page. Not signed in: the sign-in, which comes back to the same address. */
export function Shell() {
  const me = useQuery(meQuery);
  const location = useRouterState({ select: (state) => state.location });
  if (me.data) return <SignedIn />;
  if (me.error instanceof ApiProblem && me.error.kind === "signed_out") {
    const atLogin = location.pathname === "/login";
    return <LoginPage returnTo={atLogin ? "/" : placeNow()} error={one(parseSearch(location.searchStr).error)} />;
  }
  return (
    <>
      <TopBar />
      <main id="content" tabIndex={-1}>
        <SlowNote waiting={me.isPending} />
        {me.error ? <ProblemState error={me.error} whole retry={() => me.refetch()} retrying={me.isFetching} /> : null}
      </main>
    </>
  );
}
