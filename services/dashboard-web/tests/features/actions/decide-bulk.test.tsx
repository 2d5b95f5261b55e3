import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
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

const ROWS = [item({ variance: variance({ band: "over_billed" }) }), item({ client_id: "acct_0002", revision: 7 })];
const ACCOUNTS = [
  { client_id: "acct_0001", revision: 1, period_start: "2026-10-01" },
  { client_id: "acct_0002", revision: 7, period_start: "2026-10-01" },
];

/** The panel about both rows, and what it sends. */
async function begin(refused: unknown[] = []) {
  const posted: unknown[] = [];
  server.use(
    http.get(`${API}/me`, () => HttpResponse.json(decider())),
    http.get(`${API}/accounts`, () => HttpResponse.json(portfolio(ROWS))),
    http.post(`${API}/decisions`, async ({ request }) => {
      posted.push(await request.json());
      return HttpResponse.json({ decided: [decision()], refused }, { status: 202 });
    }),
  );
  const { user } = open("/");
  for (const box of await screen.findAllByRole("checkbox", { name: /Harbor/ })) await user.click(box);
  await user.click(await screen.findByRole("button", { name: "Decide" }));
  return { user, posted, panel: within(await screen.findByRole("region", { name: "Decide about 2 accounts" })) };
}

describe("deciding in bulk", () => {
  it("decides about each ticked account on the revision seen, and lists what was refused", async () => {
    const { user, posted, panel } = await begin([
      { client_id: "acct_0002", code: "decision_not_allowed", detail: "Nothing is open.", reason: null },
    ]);
    await user.type(panel.getByRole("textbox", { name: "One reason for all" }), "one credit");
    await user.dblClick(await panel.findByRole("button", { name: "Resolve: 2 accounts" }));
    expect(await panel.findByText("acct_0002: Nothing is open.")).toBeTruthy();
    expect(posted).toEqual([{ kind: "resolve", reason: "one credit", accounts: ACCOUNTS }]);
  });

  it("snoozes all of them until one day, and needs no reason for it", async () => {
    const { user, posted, panel } = await begin();
    expect(panel.queryByLabelText(/^Until/)).toBeNull();
    await user.click(panel.getByRole("radio", { name: "Snooze" }));
    await user.type(panel.getByLabelText(/^Until/), "2026-12-15");
    await user.click(await panel.findByRole("button", { name: "Snooze: 2 accounts" }));
    await vi.waitFor(() => expect(posted).toEqual([{ kind: "snooze", until: "2026-12-15", accounts: ACCOUNTS }]));
  });

  it("takes no day along that was chosen for something else", async () => {
    const { user, posted, panel } = await begin();
    await user.click(panel.getByRole("radio", { name: "Snooze" }));
    await user.type(panel.getByLabelText(/^Until/), "2026-12-15");
    await user.click(panel.getByRole("radio", { name: "Mark as reviewed" }));
    await user.click(await panel.findByRole("button", { name: "Mark as reviewed: 2 accounts" }));
    await vi.waitFor(() => expect(posted).toEqual([{ kind: "review", accounts: ACCOUNTS }]));
  });
});
