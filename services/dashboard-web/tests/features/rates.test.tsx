import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { changedTerms, partsOfKey } from "@/features/rates/words";
import { me } from "../mock-api/builders";
import { open } from "../support/screen";
import { API, problem, server } from "../support/server";

const FIRST_LOAD = { timeout: 5000 };
const CHANGE = {
  key: "cl_0007 api_calls 2026-11-01",
  change: "changed",
  line: 3,
  fields: { unit_price: ["0.005", "0.006"], valid_to: ["2026-12-01", null] },
};
const result = (given: object) => ({
  dry_run: true,
  applied: false,
  rows: 3,
  added: 0,
  changed: 1,
  removed: 0,
  unchanged: 2,
  changes: [CHANGE],
  errors: [],
  errors_total: 0,
  ...given,
});

function asAdmin(more: object = {}) {
  server.use(
    http.get(`${API}/me`, () =>
      HttpResponse.json(me({ role: "admin", permissions: [...me().permissions, "imports.write"], ...more })),
    ),
  );
}

/** The page with its API: what was sent, and what is answered. */
async function importing(answer: (dry: boolean) => object | Response) {
  const sent: string[] = [];
  asAdmin();
  server.use(
    http.post(`${API}/imports/rates`, async ({ request }) => {
      const dry = new URL(request.url).searchParams.get("dry_run") === "true";
      sent.push(`${dry ? "look" : "take"} ${request.headers.get("content-type")} ${await request.text()}`);
      const found = answer(dry);
      return found instanceof Response ? found : HttpResponse.json(found);
    }),
  );
  const { user } = open("/rate-cards");
  const upload = await screen.findByLabelText("Rate cards as CSV or YAML", {}, FIRST_LOAD);
  return { sent, user, choose: (name: string, text: string) => user.upload(upload, new File([text], name)) };
}

describe("importing rate cards", () => {
  it("shows each change before it is made, and makes it when told so", async () => {
    const { sent, user, choose } = await importing((dry) => result({ dry_run: dry, applied: !dry }));
    await choose("cards.csv", "a,b");
    expect(await screen.findByText("cards.csv: 1 change in 3 rows.")).toBeTruthy();
    const row = within(screen.getByRole("row", { name: /cl_0007/ }));
    expect(row.getByText("api_calls")).toBeTruthy();
    expect(row.getByText("price 0.005 → 0.006 · until 1 Dec 2026 → nothing")).toBeTruthy();
    expect(sent).toEqual(["look text/csv a,b"]);
    await user.click(screen.getByRole("button", { name: "Import 1 change" }));
    expect(await screen.findByText(/^Imported: 0 added, 1 changed, 0 removed/)).toBeTruthy();
    expect(sent).toEqual(["look text/csv a,b", "take text/csv a,b"]);
    expect(screen.queryByRole("button", { name: /^Import/ })).toBeNull();
  });

  it("sends YAML as such, and leaves everything when nothing would change", async () => {
    const { sent, choose } = await importing(() => result({ changed: 0, unchanged: 3, changes: [] }));
    await choose("cards.yml", "- client_id: x");
    expect(await screen.findByText("cards.yml: nothing would change, all 3 rows are as before.")).toBeTruthy();
    expect(sent).toEqual(["look application/yaml - client_id: x"]);
    expect(screen.queryByRole("button", { name: /^Import/ })).toBeNull();
  });

  it("names each thing that is wrong by line and column, and offers nothing", async () => {
    const wrong = { line: 2, column: "unit_price", code: "invalid_price", detail: "A number such as 0.0125." };
    const { choose } = await importing(() => result({ changed: 0, changes: [], errors: [wrong], errors_total: 700 }));
    await choose("cards.csv", "x");
    expect(await screen.findByText("700 things are wrong with the file.")).toBeTruthy();
    const row = within(screen.getByRole("row", { name: /Line 2/ }));
    expect(row.getByText("unit_price")).toBeTruthy();
    expect(row.getByText("A number such as 0.0125.")).toBeTruthy();
    expect(screen.getByText("The first 1 are listed.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Import/ })).toBeNull();
  });

  it("says what stood in the way, of looking and of taking", async () => {
    const { user, choose } = await importing((dry) =>
      dry ? result({}) : problem(503, "unavailable", "Not now", "The database does not answer."),
    );
    await choose("cards.csv", "x");
    await user.click(await screen.findByRole("button", { name: "Import 1 change" }));
    expect(await screen.findByText(/The database does not answer/)).toBeTruthy();
    // The file is still at hand: it can be tried again or left.
    expect(screen.getByRole("button", { name: "Import 1 change" })).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Leave everything as it is" }));
    expect(screen.queryByRole("button", { name: /^Import/ })).toBeNull();
  });

  it("takes no file in read-only mode", async () => {
    asAdmin({ read_only: true });
    open("/rate-cards");
    const upload = await screen.findByLabelText("Rate cards as CSV or YAML", {}, FIRST_LOAD);
    expect((upload as HTMLInputElement).disabled).toBe(true);
  });

  it("is closed to other roles", async () => {
    open("/rate-cards");
    expect(await screen.findByText("Not for this role", {}, FIRST_LOAD)).toBeTruthy();
  });
});

describe("the versions of a card", () => {
  const component = (valid_from: string, unit_price: string) => ({
    component: "api_calls",
    valid_from,
    terms: { kind: "per_unit", unit_price, currency: "USD" },
  });
  const added = (valid_from: string) => ({
    component: "api_calls",
    valid_from,
    change: "added",
    fields: { unit_price: [null, "0.005"] },
  });
  const CARDS = [
    {
      version: 2,
      imported_at: "2026-11-20T09:00:00Z",
      imported_by: "adam",
      components: [component("2026-01-01", "0.005"), component("2026-12-01", "0.006")],
      changes: [added("2026-12-01")],
    },
    {
      version: 1,
      imported_at: "2026-01-02T09:00:00Z",
      imported_by: "eve",
      components: [component("2026-01-01", "0.005")],
      changes: [added("2026-01-01")],
    },
  ];
  const history = (items: object[]) =>
    server.use(
      http.get(`${API}/accounts/:id/rate-cards`, () =>
        HttpResponse.json({ items, page: 1, page_size: 50, total: items.length }),
      ),
    );

  it("are listed with who brought them and what they changed", async () => {
    history(CARDS);
    open("/accounts/acct_0001/rate-card");
    const latest = within(await screen.findByRole("region", { name: "Version 2" }, FIRST_LOAD));
    expect(latest.getByText("in force")).toBeTruthy();
    expect(latest.getByText(/^adam,/)).toBeTruthy();
    expect(latest.getByRole("listitem").textContent).toBe("Added api_calls from 1 Dec 2026: price 0.005");
    const first = within(screen.getByRole("region", { name: "Version 1" }));
    expect(first.queryByText("in force")).toBeNull();
    // Of the first version everything is new: its components say it all.
    expect(first.queryByRole("listitem")).toBeNull();
    expect(screen.queryByRole("link", { name: "Import rate cards" })).toBeNull();
  });

  it("are none yet, and the way to the first is there for whoever may", async () => {
    asAdmin();
    history([]);
    open("/accounts/acct_0001/rate-card");
    expect(await screen.findByText("No rate card yet", {}, FIRST_LOAD)).toBeTruthy();
    expect(await screen.findByRole("link", { name: "Import rate cards" })).toBeTruthy();
  });

  it("stand with the server's words where they cannot be read", async () => {
    server.use(http.get(`${API}/accounts/:id/rate-cards`, () => problem(503, "unavailable", "Not now")));
    open("/accounts/acct_0001/rate-card");
    expect(await screen.findByText("Not now", {}, FIRST_LOAD)).toBeTruthy();
  });
});

describe("terms", () => {
  it("are written before and after", () => {
    expect(changedTerms("added", { tiers: [null, "10000:0.01;rest:0.008"], kind: [null, "graduated"] })).toEqual([
      "tiers 10000: 0.01; rest: 0.008",
      "kind graduated",
    ]);
    expect(changedTerms("removed", { amount: ["250", null] })).toEqual(["amount 250"]);
    expect(partsOfKey("cl_1 Platform fee 2026-01-01")).toEqual({
      clientId: "cl_1",
      component: "Platform fee",
      validFrom: "2026-01-01",
    });
  });
});
