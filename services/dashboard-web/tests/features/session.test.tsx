import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { downSince } from "@/shared/api/live";
import { me, minutesAgo } from "../mock-api/builders";
import { open } from "../support/screen";
import { API, problem, server } from "../support/server";

const signedOut = http.get(`${API}/me`, () => problem(401, "signed_out"));

describe("signing in", () => {
  it("offers one button that comes back to the same address", async () => {
    server.use(signedOut);
    open("/accounts/acct_0001?x=1");
    const button = await screen.findByRole("link", { name: "Sign in" });
    expect(button.getAttribute("href")).toBe("/api/v1/auth/login?return_to=%2Faccounts%2Facct_0001%3Fx%3D1");
  });

  it("says why the last try did not work", async () => {
    server.use(signedOut);
    open("/login?error=login_expired");
    expect((await screen.findByRole("alert")).textContent).toContain("took too long");
    expect(screen.getByRole("link", { name: "Sign in" }).getAttribute("href")).toContain("return_to=%2F");
  });

  it("keeps what is on the screen when the session ends, and the way back to it", async () => {
    const { client } = open("/?search=harbor");
    await screen.findByRole("link", { name: "Harbor Analytics" });
    server.use(http.get(`${API}/accounts`, () => problem(401, "signed_out")));
    await client.invalidateQueries({ queryKey: ["portfolio"] });
    expect(await screen.findByText("Your session has ended.")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Sign in again" }).getAttribute("href")).toContain("%3Fsearch%3Dharbor");
    expect(screen.getByRole("link", { name: "Harbor Analytics" })).toBeTruthy();
  });

  it("says so when the API is away from the start", async () => {
    server.use(http.get(`${API}/me`, () => problem(503, "upstream_unavailable", "Service not reachable")));
    open("/");
    expect((await screen.findByRole("alert")).textContent).toContain("Service not reachable");
  });

  it("tells a role without a portfolio that it has none", async () => {
    server.use(
      http.get(`${API}/me`, () =>
        HttpResponse.json(me({ role: "product_owner", permissions: ["self", "sources.read"] })),
      ),
    );
    open("/");
    expect(await screen.findByText("No portfolio for this role")).toBeTruthy();
  });
});

describe("the banner", () => {
  const source = (name: string, state: string, reason: string | null = null) => ({
    source: name,
    state,
    as_of: minutesAgo(47),
    reason,
  });
  const sources = (...items: unknown[]) => server.use(http.get(`${API}/sources`, () => HttpResponse.json({ items })));

  it("names the source that is down, since when, and what that means", async () => {
    sources(source("stripe", "stale", "provider_error"), source("quickbooks", "partial"));
    open("/");
    const banner = (await screen.findByText("Stripe cannot be read right now.")).closest(".banner");
    expect(banner?.textContent).toContain("47 min ago");
    expect(screen.queryByText(/only partly read/)).toBeNull();
  });

  it("says that a dead connection does not mend itself, and leads who may mend it", async () => {
    sources(source("quickbooks", "failing", "connection_dead"), source("stripe", "stale", "provider_error"));
    server.use(
      http.get(`${API}/me`, () => HttpResponse.json(me({ permissions: [...me().permissions, "connections.manage"] }))),
    );
    open("/");
    expect(await screen.findByText("QuickBooks must be connected again.")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Go to Connections" }).getAttribute("href")).toBe("/connections");
    expect(screen.queryByText(/ends by itself/)).toBeNull();
  });

  it("says of a source that has reported nothing yet that it is being read", async () => {
    sources(source("amplitude", "never", null), source("stripe", "never", "never_complete"));
    open("/");
    expect(await screen.findByText("Amplitude and Stripe are being read for the first time.")).toBeTruthy();
  });

  it("says of a source that failed before it was ever whole that it cannot be read", async () => {
    sources(source("amplitude", "never", "provider_error"));
    open("/");
    expect(await screen.findByText("Amplitude cannot be read right now.")).toBeTruthy();
  });

  it("names a partial source when none is down", async () => {
    sources(source("quickbooks", "partial"), source("stripe", "complete"));
    open("/");
    expect(await screen.findByText("QuickBooks is only partly read.")).toBeTruthy();
  });

  it("says that live updates are paused after half a minute without them", async () => {
    downSince.set(Date.now() - 31_000);
    open("/");
    await waitFor(() => expect(screen.getByText("Live updates are paused.")).toBeTruthy());
  });
});
