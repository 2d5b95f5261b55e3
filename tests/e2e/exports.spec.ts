import { readFile } from "node:fs/promises";
import { readSheet, type Sheet } from "../../services/dashboard-web/e2e/csv.ts";
import {
  expect,
  openAccount,
  openPortfolio,
  type Page,
  signIn,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";

// The quota belongs to a login, so each test signs in by itself.
test.use({ user: "" });

async function enter(page: Page, user: string, query = ""): Promise<void> {
  await signIn(page, user);
  await openPortfolio(page, query);
}

const panel = (page: Page) => page.locator(".export-panel");

/** `37 of 100 records` → 37. */
async function left(page: Page): Promise<number> {
  const text = await panel(page).locator(".export-quota strong").innerText();
  return Number(/^(\d+) of \d+ records$/.exec(text)?.[1]);
}

/** Press the panel's button; the file as it lies on the disk, and where it came from. */
async function download(page: Page): Promise<{ name: string; bytes: Buffer; url: string }> {
  const file = page.waitForRequest(/\/exports\/[^/]+\/file$/);
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    panel(page)
      .getByRole("button", { name: /^Download/ })
      .click(),
  ]);
  await expect(panel(page).getByText(/^Downloaded, /)).toBeVisible();
  return { name: saved.suggestedFilename(), bytes: await readFile(await saved.path()), url: (await file).url() };
}

const sheetOf = ({ bytes }: { bytes: Buffer }): Sheet => readSheet(bytes.toString("utf8"));
const namesOn = (page: Page) => page.locator(".account-link").allTextContents();

test("the CSV of the whole filter holds exactly what the screen says, and the quota falls by it", async ({
  page,
  watch,
}) => {
  watch.expectComplaints(/401|410/);
  await enter(page, "ben", "?active=all&sort=name");
  const total = Number(/of (\d+)/.exec(await page.locator(".pager-range").innerText())?.[1]);
  const shown = await namesOn(page);
  await page.getByRole("button", { name: "Export CSV" }).click();
  const before = await left(page);
  await panel(page)
    .getByRole("radio", { name: /Everything/ })
    .check();
  await expect(panel(page).getByRole("button", { name: `Download ${total} records` })).toBeVisible();
  const file = await download(page);
  expect(file.name).toMatch(/^trueup-.*\.csv$/);
  const { head, columns, rows } = sheetOf(file);
  expect(rows.length).toBe(total);
  expect(rows.map(({ Name }) => Name).slice(0, shown.length)).toEqual(shown);
  expect(head.get("Rows")).toBe(String(total));
  expect(head.get("Filters")).toContain("active and ended accounts");
  expect(head.get("Disclaimer")).toBe("Informational only, not an invoice or revenue recognition record (ASC 606)");
  expect(head.get("Export id")).toMatch(/^[0-9a-f-]{36}$/);
  for (const column of ["Client id", "Name", "Invoice total", "Due date", "Status", "Variance", "Judged"])
    expect(columns).toContain(column);
  await panel(page).getByRole("button", { name: "Export something else" }).click();
  await expect.poll(() => left(page)).toBe(before - total);
  // The file is for one download.
  const again = await page.request.get(file.url);
  expect(again.status()).toBe(410);
});

test("the filters on the screen are the filters of the file", async ({ page, watch }) => {
  watch.expectComplaints(/401/);
  await signIn(page, "fay");
  // Other tests resolve flagged accounts and undo it meanwhile: what changed between screen and file is looked at anew.
  await expect(async () => {
    await openPortfolio(page, "?flagged=true&sort=name");
    const shown = await namesOn(page);
    await page.getByRole("button", { name: "Export CSV" }).click();
    await panel(page)
      .getByRole("radio", { name: /Everything/ })
      .check();
    const { head, rows } = sheetOf(await download(page));
    expect(rows.map(({ Name }) => Name)).toEqual(shown);
    expect(new Set(rows.map(({ Flagged }) => Flagged))).toEqual(new Set(["yes"]));
    expect(head.get("Filters")).toContain("flagged");
  }).toPass({ timeout: 40_000 });
});

test("ticked rows of two pages, and no others, are in the file; with the keyboard alone", async ({ page, watch }) => {
  watch.expectComplaints(/401/);
  await enter(page, "fay", "?sort=name");
  const ids = await page
    .locator("tbody tr")
    .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.id ?? ""));
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+X");
  const bar = page.getByRole("region", { name: "Selection" });
  await expect(bar.getByText("3 accounts selected")).toBeVisible();
  await page.getByRole("link", { name: "Page 2" }).press("Enter");
  await expect(page).toHaveURL(/page=2/);
  await expect(page.locator(`tr[data-id="${ids[0]}"]`)).toHaveCount(0);
  await expect(page.locator("table")).toHaveAttribute("aria-busy", "false");
  const other = page.locator("tbody tr").first();
  await other.getByRole("checkbox").press("Space");
  await expect(bar.getByText("4 accounts selected · 3 not on this page")).toBeVisible();
  await page.keyboard.press("e");
  await expect(panel(page).getByRole("radio", { name: /Selected rows/ })).toBeChecked();
  // The focus comes to the panel a moment after the panel does.
  await expect(panel(page).getByRole("radio", { name: /Selected rows/ })).toBeFocused();
  const [saved] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  const { rows } = readSheet(await readFile(await saved.path(), "utf8"));
  const wanted = [...ids.slice(0, 3), (await other.getAttribute("data-id")) ?? ""];
  expect(rows.map((row) => row["Client id"]).sort()).toEqual(wanted.sort());
  await expect(panel(page).getByText("Downloaded, 4 records.")).toBeVisible();
  await page.keyboard.press("Escape");
  // Back to where the reader was.
  await expect(other.getByRole("checkbox")).toBeFocused();
});

test("more than is left is refused whole, here and by the server, with the way on", async ({
  page,
  context,
  watch,
}) => {
  watch.expectComplaints(/401|429/);
  await enter(page, "fay", "?active=all");
  const late = await context.newPage();
  await openPortfolio(late, "?active=all");
  // This panel still believes in the whole quota while the other page uses it up.
  await late.getByRole("button", { name: "Export CSV" }).click();
  await panel(late)
    .getByRole("radio", { name: /Everything/ })
    .check();
  await expect(panel(late).locator(".export-quota strong")).toBeVisible();
  await page.getByRole("button", { name: "Export CSV" }).click();
  await panel(page)
    .getByRole("radio", { name: /Everything/ })
    .check();
  await download(page);
  await panel(late)
    .getByRole("button", { name: /^Download/ })
    .click();
  await expect(panel(late).getByRole("alert")).toContainText("more than what is left");
  await panel(late).getByRole("button", { name: "Back to the choice" }).click();
  await panel(late)
    .getByRole("radio", { name: /Everything/ })
    .check();
  await expect(panel(late).getByText(/Narrow the filter or select at most \d+ rows/)).toBeVisible();
  await expect(panel(late).getByRole("button", { name: /^Download/ })).toHaveAttribute("aria-disabled", "true");
});

/** The account with the largest invoice, and how many it has. */
async function largest(page: Page): Promise<{ id: string; invoices: number }> {
  const list = await page.request.get("/api/v1/accounts?page_size=1&sort=-invoice_total");
  const { items } = (await list.json()) as { items: { client_id: string }[] };
  const id = items[0]?.client_id ?? "";
  const detail = await page.request.get(`/api/v1/accounts/${id}`);
  return { id, invoices: ((await detail.json()) as { invoices_total: number }).invoices_total };
}

test("the invoices of an account as CSV", async ({ page, watch }) => {
  watch.expectComplaints(/401/);
  await enter(page, "fay");
  const { id, invoices } = await largest(page);
  await openAccount(page, id);
  await page.getByRole("button", { name: "Export CSV" }).click();
  await expect(panel(page).getByRole("button", { name: `Download ${invoices} records` })).toBeVisible();
  const { rows, columns, head } = sheetOf(await download(page));
  expect(rows.length).toBe(invoices);
  expect(head.get("Rows")).toBe(String(invoices));
  expect(columns).toContain("Invoice number");
  expect(new Set(rows.map((row) => row["Client id"]))).toEqual(new Set([id]));
});

test("the report of an account is a tagged PDF and counts what it lists", async ({ page, watch }) => {
  watch.expectComplaints(/401/);
  await enter(page, "fay");
  await openAccount(page, (await largest(page)).id);
  await page.getByRole("button", { name: "Report PDF" }).click();
  const before = await left(page);
  const { name, bytes } = await download(page);
  expect(name).toMatch(/^trueup-.*\.pdf$/);
  expect(bytes.subarray(0, 5).toString("latin1")).toBe("%PDF-");
  const text = bytes.toString("latin1");
  expect(text).toContain("/StructTreeRoot");
  expect(text).toContain("/Marked true");
  const records = Number(
    /(\d+) record/.exec(
      await panel(page)
        .getByText(/^Downloaded, /)
        .innerText(),
    )?.[1],
  );
  expect(records).toBeGreaterThanOrEqual(1);
  await panel(page).getByRole("button", { name: "Export something else" }).click();
  await expect.poll(() => left(page)).toBe(before - records);
});

for (const [user, role] of [
  ["sam", "support"],
  ["adam", "an administrator"],
] as const) {
  test(`${role} finds no export at all`, async ({ page, watch }) => {
    watch.expectComplaints(/401/);
    await enter(page, user);
    await expect(page.getByRole("button", { name: "Refresh" })).toBeVisible();
    await expect(page.getByRole("button", { name: /Export/ })).toHaveCount(0);
    await expect(page.getByRole("checkbox")).toHaveCount(0);
  });
}

test("read-only mode is said in one place, and every action is gone", async ({ page, watch }) => {
  watch.expectComplaints(/401/);
  await page.route("**/api/v1/me", async (route) => {
    const answer = await route.fetch();
    if (!answer.ok()) return route.fulfill({ response: answer });
    return route.fulfill({ response: answer, json: { ...(await answer.json()), read_only: true } });
  });
  await enter(page, "ben");
  await expect(page.getByText("Trueup is in read-only mode.")).toBeVisible();
  await expect(page.getByRole("button", { name: /Export|Refresh/ })).toHaveCount(0);
  await expect(page.getByRole("checkbox")).toHaveCount(0);
  await page.locator(".account-link").first().click();
  await expect(page.locator(".facts dl, dl.facts")).toBeVisible();
  await expect(page.getByRole("button", { name: /Export|Report|Retry payment|Flag issue/ })).toHaveCount(0);
});

test("a file that does not arrive is fetched again without counting, one that is gone is made anew", async ({
  page,
  watch,
}) => {
  watch.expectComplaints(/401|410|503|ERR_/);
  await enter(page, "ben");
  const first = page.locator("tbody").getByRole("checkbox").first();
  await first.check();
  await page.route("**/api/v1/exports/*/file", (route) => route.abort());
  await page.getByRole("button", { name: "Export CSV" }).click();
  await panel(page).getByRole("button", { name: "Download 1 record" }).click();
  await expect(panel(page).getByRole("alert")).toContainText("Fetching it again counts nothing");
  await page.unroute("**/api/v1/exports/*/file");
  await Promise.all([
    page.waitForEvent("download"),
    panel(page).getByRole("button", { name: "Fetch it again" }).click(),
  ]);
  await expect(panel(page).getByText("Downloaded, 1 record.")).toBeVisible();
});
