import { type APIRequestContext, expect, test } from "../../services/dashboard-web/e2e/harness.ts";
import { expectEveryLook } from "../../services/dashboard-web/e2e/looks.ts";

test.use({ user: "adam" });
test.setTimeout(120_000);

interface Component {
  component: string;
  valid_from: string;
  terms: Record<string, string>;
}

/** An account's rate card as a file; every component as it stands. */
async function cardOf(request: APIRequestContext, clientId: string): Promise<Record<string, string>[]> {
  const { items } = await (await request.get(`/api/v1/accounts/${clientId}/rate-cards`)).json();
  return (items[0].components as Component[]).map(({ component, valid_from, terms }) => ({
    client_id: clientId,
    component,
    valid_from,
    ...terms,
  }));
}

function csv(rows: Record<string, string>[]): { name: string; mimeType: string; buffer: Buffer } {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ""))];
  return {
    name: "card.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(lines.map((line) => line.join(",")).join("\n")),
  };
}

test("a card is shown before it is imported, and its versions stay to be read", async ({ page, request }) => {
  const { items } = await (await request.get("/api/v1/accounts?page_size=1&sort=name&band=matched")).json();
  const clientId: string = items[0].client_id;
  const card = await cardOf(request, clientId);
  const currency = card[0]?.currency ?? "USD";
  // From a day that no test lives to see: no figure changes by it.
  const fee = { client_id: clientId, component: "Platform fee", kind: "flat", amount: "250", currency };
  await page.goto("/");
  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Rate cards" }).click();
  const upload = page.getByLabel("Rate cards as CSV or YAML");
  await upload.setInputFiles(csv([...card, { ...fee, amount: "much", valid_from: "2099-01-01" }]));
  await expect(page.getByRole("row", { name: new RegExp(`^Line ${card.length + 2} amount`) })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Import/ })).toHaveCount(0);
  await expectEveryLook(page);

  await upload.setInputFiles(csv([...card, { ...fee, valid_from: "2099-01-01" }]));
  await expect(page.getByText(`card.csv: 1 change in ${card.length + 1} rows.`)).toBeVisible();
  await expect(page.getByRole("row", { name: /Platform fee/ })).toContainText("amount 250");
  await expectEveryLook(page, "main");
  await page.getByRole("button", { name: "Import 1 change" }).click();
  await expect(page.getByText(/^Imported: 1 added, 0 changed, 0 removed/)).toBeVisible();

  await page.goto(`/accounts/${clientId}`);
  await page.getByRole("link", { name: "Rate card and its versions" }).click();
  await expect(page.locator(".section").first()).toContainText("in force");
  await expect(page.locator(".card-changes").first()).toContainText("Added Platform fee from 1 Jan 2099");
  await expectEveryLook(page);

  const back = await request.post("/api/v1/imports/rates?dry_run=false", {
    data: csv(card).buffer,
    headers: { "content-type": "text/csv", "x-trueup-csrf": "1" },
  });
  expect((await back.json()).removed).toBe(1);
});

test.describe("for others", () => {
  test.use({ user: "fay" });
  test("importing is closed; the versions are there to read", async ({ page, request, watch }) => {
    watch.expectComplaints(/403/);
    const refused = await request.post("/api/v1/imports/rates", {
      data: "client_id\n",
      headers: { "content-type": "text/csv", "x-trueup-csrf": "1" },
    });
    expect(refused.status()).toBe(403);
    const { items } = await (await request.get("/api/v1/accounts?page_size=1")).json();
    await page.goto(`/accounts/${items[0].client_id}/rate-card`);
    await expect(page.getByRole("heading", { name: /^Version \d+$/ }).first()).toBeVisible();
    await expect(page.getByRole("link", { name: "Import rate cards" })).toHaveCount(0);
  });
});
