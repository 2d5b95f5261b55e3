import { expect, openAccount, type Page, planted, test } from "../../services/dashboard-web/e2e/harness.ts";

/** `−$1,234.50` → −123450, in the digits shown. */
function minor(text: string): number {
  const digits = Number(text.replace(/[^\d]/g, ""));
  return text.includes("−") ? -digits : digits;
}

async function sums(page: Page) {
  const amounts = async (selector: string) =>
    (await page.locator(selector).allInnerTexts()).map(minor).reduce((sum, one) => sum + one, 0);
  const lines = (part: number) => `.receipt tbody:nth-of-type(${part}) tr:not([data-kind]):not(.receipt-head) td`;
  return {
    expected: await amounts(".receipt tbody:nth-of-type(1) [data-kind=subtotal] td"),
    expectedLines: await amounts(lines(1)),
    billed: await amounts(".receipt tbody:nth-of-type(2) [data-kind=subtotal] td"),
    billedLines: await amounts(lines(2)),
    variance: await amounts(".receipt [data-kind=total] td"),
  };
}

for (const situation of ["variance_7_over", "variance_5_1_under", "credit_memo", "late_usage"]) {
  test(`the receipt of ${situation} adds up exactly`, async ({ page }) => {
    await openAccount(page, await planted(situation));
    await expect(page.locator(".receipt [data-kind=total]")).toBeVisible();
    const sum = await sums(page);
    expect(sum.expectedLines).toBe(sum.expected);
    expect(sum.billedLines).toBe(sum.billed);
    expect(sum.billed - sum.expected).toBe(sum.variance);
    expect(sum.variance === 0).toBe(situation === "credit_memo");
  });
}

test("a flag over 5 % has the same words and figures in the grid and on the page", async ({ page }) => {
  const id = await planted("variance_7_over");
  await page.goto("/?flagged=true&band=over_billed");
  const row = page.locator(`tr[data-id="${id}"]`);
  await expect(row).toContainText("Over-billed");
  await expect(row).toContainText("+7.00 %");
  const money = await row.locator(".variance b").innerText();
  await row.locator(".account-link").click();
  await expect(page.getByRole("heading", { name: "Why +7.00 %" })).toBeVisible();
  await expect(page.locator(".receipt [data-kind=total] td")).toHaveText(money);
});

test("forecast, trend, ages, invoices, payments and timeline are there", async ({ page }) => {
  await openAccount(page, await planted("variance_7_over"));
  await expect(page.locator(".ages li")).toHaveCount(3);
  await expect(page.locator(".forecast-amount strong")).toHaveText(/\d/);
  await expect(page.getByText(/A straight line \(least squares\)/)).toBeVisible();
  await expect(page.locator(".chart-forecast")).toHaveCount(1);
  await expect(page.getByRole("region", { name: "Invoices" }).getByRole("row")).not.toHaveCount(0);
  await expect(page.getByRole("region", { name: "Payments" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Timeline" }).getByRole("listitem").first()).toBeVisible();
  const slider = page.getByRole("slider");
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator(".chart-readout")).toContainText(/projected/);
  await page.getByRole("button", { name: "Show as table" }).click();
  await expect(page.getByRole("region", { name: "Days" }).getByRole("row").nth(5)).toBeVisible();
});

test("an ended account says why nothing is projected", async ({ page }) => {
  await openAccount(page, await planted("ended_account"));
  await expect(page.getByText("This account has ended; nothing is projected.")).toBeVisible();
});

test("the way back keeps the list as it was", async ({ page }) => {
  await page.goto("/?flagged=true");
  await page.locator(".account-link").nth(3).click();
  await page.locator(".back").click();
  await expect(page).toHaveURL(/flagged=true/);
});
