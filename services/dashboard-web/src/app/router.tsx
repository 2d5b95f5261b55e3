import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
} from "@tanstack/react-router";
import { BulkDecide } from "@/features/actions/decide/bulk";
import { readAuditSearch } from "@/features/admin/audit-search";
import { readConnectionResult } from "@/features/admin/connection-words";
import { PortfolioExport } from "@/features/exports/portfolio-export";
import { readLinksSearch } from "@/features/links/search";
import { PortfolioPage } from "@/features/portfolio/page";
import { readSearch } from "@/features/portfolio/search";
import { accountQuery } from "@/shared/api/account";
import { one, parseSearch, stringifySearch } from "@/shared/lib/search-params";
import { EmptyState } from "@/shared/ui/empty-state";
import { ProblemState } from "@/shared/ui/problem-state";
import { Shell } from "./shell";

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Shell,
  notFoundComponent: () => (
    <EmptyState title="There is no such page" whole action={<a href="/">Go to the portfolio</a>}>
      The address may be misspelt.
    </EmptyState>
  ),
});

const portfolio = createRoute({
  getParentRoute: () => root,
  staticData: { permission: "portfolio.read" },
  path: "/",
  validateSearch: readSearch,
  component: () => (
    <PortfolioPage
      tool={(listed) => (
        <>
          {listed.place === "selection" ? <BulkDecide selectedIds={listed.selectedIds} /> : null}
          <PortfolioExport {...listed} />
        </>
      )}
    />
  ),
});

// The sign-in screen itself is the shell's, for whoever is not signed in.
const login = createRoute({ getParentRoute: () => root, path: "/login", component: () => <Navigate to="/" replace /> });

function readPage(raw: Record<string, unknown>): { page?: number } {
  const page = Number(one(raw.page));
  return Number.isInteger(page) && page > 1 && page <= 100_000 ? { page } : {};
}

const account = createRoute({
  getParentRoute: () => root,
  staticData: { permission: "portfolio.read" },
  path: "/accounts/$clientId",
  // Begun on hover or focus, never waited for: the page has its own skeleton.
  loader: ({ context, params }) => void context.client.prefetchQuery(accountQuery(params.clientId)),
  component: lazyRouteComponent(() => import("./account-actions"), "AccountPage"),
});

const invoices = createRoute({
  getParentRoute: () => root,
  staticData: { permission: "portfolio.read" },
  path: "/accounts/$clientId/invoices",
  validateSearch: readPage,
  component: lazyRouteComponent(() => import("./account-actions"), "InvoicesPage"),
});

const links = createRoute({
  getParentRoute: () => root,
  path: "/links",
  staticData: { permission: "links.manage" },
  validateSearch: readLinksSearch,
  component: lazyRouteComponent(() => import("@/features/links/page"), "LinksPage"),
});

const rates = createRoute({
  getParentRoute: () => root,
  path: "/rate-cards",
  staticData: { permission: "imports.write" },
  component: lazyRouteComponent(() => import("@/features/rates/import-page"), "RatesPage"),
});

const rateCard = createRoute({
  getParentRoute: () => root,
  staticData: { permission: "portfolio.read" },
  path: "/accounts/$clientId/rate-card",
  validateSearch: readPage,
  component: lazyRouteComponent(() => import("@/features/rates/history-page"), "RateCardPage"),
});

const calibration = createRoute({
  getParentRoute: () => root,
  path: "/calibration",
  staticData: { permission: "calibration.manage" },
  component: lazyRouteComponent(() => import("@/features/admin/calibration-page"), "CalibrationPage"),
});

const connections = createRoute({
  getParentRoute: () => root,
  path: "/connections",
  staticData: { permission: "connections.manage" },
  validateSearch: readConnectionResult,
  component: lazyRouteComponent(() => import("@/features/admin/connections-page"), "ConnectionsPage"),
});

const sessions = createRoute({
  getParentRoute: () => root,
  path: "/sessions",
  staticData: { permission: "sessions.manage" },
  component: lazyRouteComponent(() => import("@/features/admin/sessions-page"), "SessionsPage"),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  staticData: { permission: "audit.read" },
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import("@/features/admin/audit-page"), "AuditPage"),
});

const figures = createRoute({
  getParentRoute: () => root,
  path: "/figures",
  component: lazyRouteComponent(() => import("@/features/figures/page"), "FiguresPage"),
});

export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([
      portfolio,
      login,
      account,
      invoices,
      rateCard,
      links,
      rates,
      calibration,
      connections,
      sessions,
      audit,
      figures,
    ]),
    context: { client },
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: ({ error, reset }) => <ProblemState error={error} whole retry={reset} />,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
  interface StaticDataRouteOption {
    /** Whom the shell lets in; without it, everybody who is signed in. */
    permission?: string;
  }
}
