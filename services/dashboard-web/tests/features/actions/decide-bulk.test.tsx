import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { clearSelection } from "@/features/portfolio/selection";
import { decideCircuit } from "@/shared/actions/circuits";
import { item, portfolio, variance } from "../../mock-api/builders";
import { decider, decision } from "../../mock-api/decision-builders";
import { open } from "../../support/screen";
import { API, server } from "../../support/server";

beforeEach(() => {
  clearSelection();
  decideCircuit.reset();
});

describe("deciding in bulk", () => {
  it("decides about each ticked account on the revision seen, and lists what was refused", async () => {
    const posted: unknown[] = [];
    const rows = [item({ variance: variance({ band: "over_billed" }) }), item({ client_id: "acct_0002", revision: 7 })];
    const refused = [
      { client_id: "acct_0002", code: "decision_not_allowed", detail: "Nothing is open.", reason: null },
    ];
    server.use(
      http.get(`${API}/me`, () => HttpResponse.json(decider())),
      http.get(`${API}/accounts`, () => HttpResponse.json(portfolio(rows))),
      http.post(`${API}/decisions`, async ({ request }) => {
        posted.push(await request.json());
        return HttpResponse.json({ decided: [decision()], refused }, { status: 202 });
      }),
    );
    const { user } = open("/");
    for (const box of await screen.findAllByRole("checkbox", { name: /Harbor/ })) await user.click(box);
    await user.click(await screen.findByRole("button", { name: "Decide" }));
    const panel = within(await screen.findByRole("region", { name: "Decide about 2 accounts" }));
    await user.type(panel.getByRole("textbox", { name: "One reason for all" }), "one credit");
    await user.dblClick(await panel.findByRole("button", { name: "Resolve: 2 accounts" }));
    expect(await panel.findByText("acct_0002: Nothing is open.")).toBeTruthy();
    const accounts = [
      { client_id: "acct_0001", revision: 1, period_start: "2026-10-01" },
      { client_id: "acct_0002", revision: 7, period_start: "2026-10-01" },
    ];
    expect(posted).toEqual([{ kind: "resolve", reason: "one credit", accounts }]);
  });
});
