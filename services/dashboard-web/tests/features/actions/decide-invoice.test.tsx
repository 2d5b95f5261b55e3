import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { drafts } from "@/features/actions/decide/store";
import { decideCircuit } from "@/shared/actions/circuits";
import type { Discrepancy } from "@/shared/api/types";
import { account } from "../../mock-api/account-builders";
import { me, minutesAgo } from "../../mock-api/builders";
import { decider, decision, offering } from "../../mock-api/decision-builders";
import { open } from "../../support/screen";
import { API, server } from "../../support/server";

const DOCUMENT = "quickbooks:invoice:7";
type ToldApart = NonNullable<Discrepancy["invoice"]>;

const discrepancy = (given: Partial<ToldApart> = {}, mark: Discrepancy["mark"] = null): Discrepancy => ({
  code: "paid_in_one_system",
  period: null,
  band: null,
  amount_minor: 520_000,
  currency: "USD",
  percent: null,
  text: "Invoice INV-456 is paid in QuickBooks and open in Stripe",
  mark,
  invoice: {
    document_id: DOCUMENT,
    number: "INV-456",
    ledger_minor: 0,
    ledger_currency: "USD",
    gateway_minor: 520_000,
    gateway_currency: "USD",
    handling: null,
    offers: [offering("resolve"), offering("snooze"), offering("review")],
    ...given,
  },
});

const by = { decision_id: "dc_1", by: "ana", by_name: "Ana Alvarez", at: minutesAgo(60), reason: "wire of 3 November" };

function serve(one: Discrepancy, person = decider()) {
  const world = { posted: [] as unknown[], decisions: [] as ReturnType<typeof decision>[] };
  server.use(
    http.get(`${API}/me`, () => HttpResponse.json(person)),
    http.get(`${API}/accounts/:id`, () =>
      HttpResponse.json(account({ discrepancies: [one], decisions: world.decisions })),
    ),
    http.post(`${API}/accounts/:id/decisions`, async ({ request }) => {
      world.posted.push(await request.json());
      world.decisions = [decision({ period_start: null, document_id: DOCUMENT })];
      return HttpResponse.json(world.decisions[0], { status: 202 });
    }),
  );
  return world;
}

const section = async () => within(await screen.findByRole("region", { name: "Discrepancies" }, { timeout: 5000 }));

beforeEach(() => {
  drafts.set({});
  decideCircuit.reset();
});

describe("an invoice that is paid in one system only", () => {
  it("says what is left where, and is resolved with a reason", async () => {
    const world = serve(discrepancy());
    const { user } = open("/accounts/acct_0001");
    const part = await section();
    expect(part.getByText("Left in QuickBooks $0.00, in Stripe $5,200.00")).toBeTruthy();
    await user.click(part.getByRole("button", { name: "Decide: invoice INV-456" }));
    const panel = within(await screen.findByRole("region", { name: "Decide about invoice INV-456" }));
    await user.click(panel.getByRole("radio", { name: /^Resolve/ }));
    await user.type(panel.getByRole("textbox", { name: "Reason" }), "wire of 3 November");
    await user.click(panel.getByRole("button", { name: "Resolve" }));
    expect(await screen.findByText("Applying: resolving, Ana Alvarez")).toBeTruthy();
    expect(world.posted).toEqual([
      { kind: "resolve", revision: 1, document_id: DOCUMENT, reason: "wire of 3 November" },
    ]);
  });

  it("shows who decided what, and what can be undone", async () => {
    const handling = { state: "resolved" as const, decision: by, until: null, ended: null };
    serve(discrepancy({ handling, offers: [offering("undo", { undoes: "dc_1" })] }, "resolved"));
    const { user } = open("/accounts/acct_0001");
    const part = await section();
    expect(part.getByText("Resolved by Ana Alvarez: wire of 3 November")).toBeTruthy();
    await user.click(part.getByRole("button", { name: "Decide: invoice INV-456" }));
    expect(await screen.findByRole("radio", { name: /^Undo: resolved by Ana Alvarez/ })).toBeTruthy();
  });

  it("says when a decision no longer holds, and offers nothing to who decides nothing", async () => {
    const handling = { state: "resolved" as const, decision: by, until: null, ended: "figures_moved" as const };
    serve(discrepancy({ handling }), me());
    open("/accounts/acct_0001");
    const part = await section();
    expect(part.getByText(/open again: its figures moved/)).toBeTruthy();
    expect(part.queryByRole("button", { name: /^Decide/ })).toBeNull();
  });
});
