import { cleanup, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { drafts } from "@/features/actions/decide/store";
import { decideCircuit } from "@/shared/actions/circuits";
import type { Offer } from "@/shared/api/actions";
import type { Account, Me, Reconciliation } from "@/shared/api/types";
import { account } from "../../mock-api/account-builders";
import { me, minutesAgo } from "../../mock-api/builders";
import { decider, decision, offering } from "../../mock-api/decision-builders";
import { reconciliation } from "../../mock-api/reconciliation-builders";
import { open } from "../../support/screen";
import { API, problem, server } from "../../support/server";

const ALL: Offer[] = [
  offering("resolve"),
  offering("snooze"),
  offering("review"),
  offering("sign_off", { allowed: false, reason: "source_stale", text: "A source is too old." }),
];
const by = { decision_id: "dc_1", by: "ana", by_name: "Ana Alvarez", at: minutesAgo(60), reason: "credit agreed" };
interface World {
  posted: { key: string | null; body: Record<string, unknown> }[];
  month: Partial<Reconciliation>;
  rest: Partial<Account>;
  me: Partial<Me>;
  answers: (() => Response)[];
}

function serve(given: Partial<World> = {}): World {
  const world: World = { posted: [], month: {}, rest: {}, me: {}, answers: [], ...given };
  const answer = async (request: Request, usual: unknown) => {
    world.posted.push({
      key: request.headers.get("Idempotency-Key"),
      body: (await request.json()) as Record<string, unknown>,
    });
    return world.answers[world.posted.length - 1]?.() ?? HttpResponse.json(usual as object, { status: 202 });
  };
  server.use(
    http.get(`${API}/me`, () => HttpResponse.json(decider(world.me))),
    http.get(`${API}/accounts/:id`, () =>
      HttpResponse.json(account({ reconciliations: [reconciliation({ offers: ALL, ...world.month })], ...world.rest })),
    ),
    http.post(`${API}/accounts/:id/decisions`, ({ request }) => {
      world.rest = { ...world.rest, decisions: [decision()] };
      return answer(request, decision());
    }),
  );
  return world;
}

async function openPanel() {
  const page = open("/accounts/acct_0001");
  const button = await screen.findByRole("button", { name: /^Decide: / });
  await page.user.click(button);
  return { ...page, panel: within(await screen.findByRole("region", { name: /^Decide about / })) };
}

beforeEach(() => {
  drafts.set({});
  decideCircuit.reset();
});

describe("deciding about a period", () => {
  it("asks for a reason, sends the revision seen once, and says that it is being applied", async () => {
    const world = serve();
    const { panel, user } = await openPanel();
    await user.click(panel.getByRole("radio", { name: /^Resolve/ }));
    expect(panel.getByText("Say why, in a few words.")).toBeTruthy();
    await user.type(panel.getByRole("textbox", { name: "Reason" }), "credit agreed");
    await user.dblClick(panel.getByRole("button", { name: "Resolve" }));
    expect(await screen.findByText("Applying: resolving, Ana Alvarez")).toBeTruthy();
    expect(world.posted.map(({ body }) => body)).toEqual([
      { kind: "resolve", revision: 1, period_start: "2026-10-01", reason: "credit agreed" },
    ]);
    expect(screen.queryByRole("region", { name: /^Decide about / })).toBeNull();
  });

  it("keeps what cannot be decided in sight, with the reason", async () => {
    serve();
    const { panel } = await openPanel();
    expect(panel.getByRole("radio", { name: /^Sign off/ })).toHaveProperty("disabled", true);
    expect(panel.getByText("A source is too old.")).toBeTruthy();
  });

  it("says that the account has changed, and decides anew with another key", async () => {
    const changed = () =>
      problem(409, "changed_since_you_looked", "Conflict", "The account has changed since you looked.");
    const world = serve({ answers: [changed] });
    const { panel, user } = await openPanel();
    world.rest = {};
    await user.click(panel.getByRole("radio", { name: /^Mark as reviewed/ }));
    server.use(
      http.get(`${API}/accounts/:id`, () =>
        HttpResponse.json(account({ reconciliations: [reconciliation({ offers: ALL })] })),
      ),
    );
    await user.click(panel.getByRole("button", { name: "Mark as reviewed" }));
    expect((await panel.findByRole("alert")).textContent).toBe("The account has changed since you looked.");
    await user.click(panel.getByRole("button", { name: "Mark as reviewed" }));
    await waitFor(() => expect(world.posted).toHaveLength(2));
    expect(world.posted[0]?.key).not.toBe(world.posted[1]?.key);
  });

  it("asks for the same decision again when no answer came", async () => {
    const world = serve({ answers: [() => problem(503, "database_unavailable")] });
    const { panel, user } = await openPanel();
    server.use(
      http.get(`${API}/accounts/:id`, () =>
        HttpResponse.json(account({ reconciliations: [reconciliation({ offers: ALL })] })),
      ),
    );
    await user.click(panel.getByRole("radio", { name: /^Mark as reviewed/ }));
    await user.click(panel.getByRole("button", { name: "Mark as reviewed" }));
    expect((await panel.findByRole("alert")).textContent).toMatch(/^No answer came/);
    decideCircuit.reset();
    await user.click(await panel.findByRole("button", { name: "Ask again" }));
    await waitFor(() => expect(world.posted).toHaveLength(2));
    expect(world.posted[0]).toEqual(world.posted[1]);
  });

  it("has the figures looked at first when they move under the open panel", async () => {
    const world = serve();
    const { panel, user, client } = await openPanel();
    world.month = { billed_minor: 480_000 };
    await client.invalidateQueries({ queryKey: ["account"] });
    await user.click(await panel.findByRole("button", { name: "I have looked" }));
    expect(panel.queryByRole("button", { name: "I have looked" })).toBeNull();
    expect(world.posted).toHaveLength(0);
  });

  it("gives the focus back to where it was opened", async () => {
    serve();
    const { panel, user } = await openPanel();
    await user.click(panel.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(document.activeElement?.textContent).toBe("Decide"));
  });

  it("is not offered to who may not, nor in read-only mode", async () => {
    for (const given of [{ permissions: me().permissions }, { read_only: true }]) {
      serve({ me: given });
      open("/accounts/acct_0001");
      expect((await screen.findAllByText("Under-billed")).length).toBeGreaterThan(0);
      expect(screen.queryByRole("button", { name: /^Decide: / })).toBeNull();
      cleanup();
    }
  });
});

describe("what was decided", () => {
  it("shows the frozen figures beside those of now", async () => {
    const signed = {
      decision: by,
      currency: "USD",
      expected_minor: 500_000,
      billed_minor: 490_000,
      amount_minor: -10_000,
      percent: "-2.00",
      band: "within_tolerance",
      policy_version: 1,
      changed: true,
    };
    serve({ month: { mark: "changed", sign_off: signed } });
    open("/accounts/acct_0001");
    expect(await screen.findByText("Changed since sign-off")).toBeTruthy();
    const said = screen.getByText(/^Changed since sign-off by Ana Alvarez/).textContent;
    expect(said).toMatch(/expected \$5,000\.00, billed \$4,900\.00, −\$100\.00 \(−2\.00 %\)$/);
  });

  it("says why a decision no longer holds", async () => {
    serve({ month: { handling: { state: "resolved", decision: by, until: null, ended: "figures_moved" } } });
    open("/accounts/acct_0001");
    expect(await screen.findByText(/credit agreed \(open again: its figures moved\)/)).toBeTruthy();
  });

  it("names a gap and lets it be accepted with a reason", async () => {
    const gap = {
      source: "quickbooks" as const,
      missing: "f00",
      parts: ["quickbooks:41: unreadable_document"],
      accepted: null,
      offers: [offering("accept_partial")],
    };
    const world = serve({ rest: { partials: [gap] } });
    const { user } = open("/accounts/acct_0001");
    expect(await screen.findByText("QuickBooks could not be read whole.")).toBeTruthy();
    await user.click(await screen.findByRole("button", { name: "Accept what is there: QuickBooks" }));
    const panel = within(await screen.findByRole("region", { name: "Decide about the gap of QuickBooks" }));
    await user.click(panel.getByRole("radio", { name: /^Accept/ }));
    await user.type(panel.getByRole("textbox", { name: "Reason" }), "small");
    await user.click(panel.getByRole("button", { name: "Accept what is there" }));
    await waitFor(() =>
      expect(world.posted[0]?.body).toEqual({
        kind: "accept_partial",
        revision: 1,
        source: "quickbooks",
        reason: "small",
      }),
    );
  });
});
