import { expect, openPortfolio, type Page, planted, test } from "../../services/dashboard-web/e2e/harness.ts";

const names = (page: Page) => page.locator(".account-link").allTextContents();

// Other tests resolve flagged accounts and undo it meanwhile: what changed between two looks is looked at anew.

test("filters live in the address: reload and back show the same rows", async ({ page }) => {
  await openPortfolio(page);
  const all = await names(page);
  await page.getByRole("button", { name: "Flagged" }).click();
  await expect(page).toHaveURL(/flagged=true/);
  await expect(page.locator("tbody tr:not([data-flagged])")).toHaveCount(0);
  await expect(async () => {
    const flagged = await names(page);
    await page.reload();
    await expect(page.locator(".account-link").first()).toBeVisible();
    expect(await names(page)).toEqual(flagged);
  }).toPass({ timeout: 60_000 });
  await page.goBack();
  await expect(page.locator("tbody tr:not([data-flagged])").first()).toBeVisible();
  expect((await names(page)).length).toBe(all.length);
});

test("the figures lead to the accounts behind them", async ({ page }) => {
  await expect(async () => {
    await openPortfolio(page);
    const figure = page.locator(".figure", { hasText: "flagged" });
    const said = (await figure.locator(".figure-value").innerText()).replace(/\D/g, "");
    await figure.click();
    await expect(page).toHaveURL(/flagged=true/);
    await expect(page.locator(".pager-range")).toContainText(`of ${said}`, { timeout: 5000 });
  }).toPass({ timeout: 60_000 });
});

test("search finds by name and by invoice number", async ({ page, request }) => {
  const answer = await request.get("/api/v1/accounts?page_size=5&sort=name");
  const { items } = (await answer.json()) as { items: { client_id: string; name: string }[] };
  const [wanted] = items;
  const detail = await request.get(`/api/v1/accounts/${wanted?.client_id}`);
  const { invoices } = (await detail.json()) as { invoices: { number: string }[] };
  await openPortfolio(page);
  const box = page.getByRole("searchbox");
  await box.fill(wanted?.name ?? "");
  await expect(
    page
      .locator(".account-link")
      .filter({ hasText: wanted?.name ?? "" })
      .first(),
  ).toBeVisible();
  await box.fill(invoices[0]?.number ?? "");
  await expect(page.locator(".account-link")).toHaveCount(1);
  await expect(page.locator(".account-link")).toHaveText(wanted?.name ?? "");
});

test("sorts by any column, both ways", async ({ page }) => {
  await openPortfolio(page);
  const head = page.getByRole("columnheader", { name: "Account" });
  await head.getByRole("button").click();
  await expect(head).toHaveAttribute("aria-sort", "ascending");
  await expect(page.locator("table")).toHaveAttribute("aria-busy", "false");
  const rising = await names(page);
  await head.getByRole("button").click();
  await expect(head).toHaveAttribute("aria-sort", "descending");
  await expect.poll(async () => (await names(page))[0]).not.toBe(rising[0]);
});

test("nonsense in the address falls to what is safe", async ({ page }) => {
  await openPortfolio(page, "?page=-4&sort=colour&status=lost&from=2026-02-31&band=x");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.goto("/?page=9999");
  await expect(page.locator(".account-link").first()).toBeVisible();
  await expect(page).not.toHaveURL(/page=9999/);
});

test("an account that cannot be judged says so in the grid and shows the cure on its page", async ({ page }) => {
  const id = await planted("unlinked_stripe");
  await openPortfolio(page, "?band=cannot_judge");
  const row = page.locator(`tr[data-id="${id}"]`);
  await expect(row).toContainText("Cannot judge");
  await row.locator(".account-link").click();
  await expect(page.getByText("This account cannot be judged.")).toBeVisible();
  await expect(page.locator(".reasons")).toContainText("Stripe");
});

test("with the keyboard alone: search, rows, open, back to the same row", async ({ page }) => {
  await openPortfolio(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const first = page.locator(".account-link").first();
  await expect(first).toBeFocused();
  const outline = await first.evaluate((element) => getComputedStyle(element).outlineStyle);
  expect(outline).not.toBe("none");
  const name = await first.innerText();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await page.goBack();
  await expect(page.locator(".account-link").first()).toBeFocused();
});
