import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { LoginPage } from "@/features/session/login-page";
import { UserMenu } from "@/features/session/user-menu";
import { startLive } from "@/shared/api/live";
import { meQuery } from "@/shared/api/me";
import { ApiProblem } from "@/shared/api/problem";
import { placeNow } from "@/shared/api/session-state";
import { one, parseSearch } from "@/shared/lib/search-params";
import { humanised } from "@/shared/lib/words";
import { EmptyState } from "@/shared/ui/empty-state";
import { Mark } from "@/shared/ui/icons";
import { ProblemState } from "@/shared/ui/problem-state";
import { SlowNote } from "@/shared/ui/slow-note";
import { BannerSlot } from "./banner-slot";
import { LiveDot } from "./live-dot";

function TopBar({ children }: { children?: React.ReactNode }) {
  return (
    <header className="top">
      <a className="skip" href="#content">
        Skip to content
      </a>
      <Link to="/" className="brand" aria-label="Trueup, portfolio">
        <Mark />
        <span>Trueup</span>
      </Link>
      <div className="top-right">{children}</div>
    </header>
  );
}

function SignedIn() {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const reads = me?.permissions.includes("portfolio.read") ?? false;
  useEffect(() => (reads ? startLive(client) : undefined), [client, reads]);
  if (!me) return null;
  return (
    <>
      <TopBar>
        {reads ? <LiveDot /> : null}
        <UserMenu me={me} />
      </TopBar>
      <main id="content" tabIndex={-1}>
        <div className="banner-slot">
          <BannerSlot />
        </div>
        {reads ? (
          <Outlet />
        ) : (
          <EmptyState title="No portfolio for this role">
            You are signed in as {humanised(me.role).toLowerCase()}. That role sees no accounts.
          </EmptyState>
        )}
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
        {me.error ? <ProblemState error={me.error} retry={() => me.refetch()} retrying={me.isFetching} /> : null}
      </main>
    </>
  );
}
