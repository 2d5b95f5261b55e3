import { expect, openPortfolio, test } from "../../services/dashboard-web/e2e/harness.ts";

const problem = (status: number) => ({
  status,
  contentType: "application/problem+json",
  body: JSON.stringify({
    type: "about:blank",
    title: `Refused with ${status}`,
    status,
    code: "made_up",
    detail: "On purpose.",
    trace_id: "t",
  }),
});

test("an API that is away shows the reason, and the page recovers", async ({ page, watch }) => {
  watch.expectComplaints(/50[03]/);
  await page.route("**/api/v1/accounts?*", (route) => route.fulfill(problem(500)));
  await page.goto("/");
  await expect(page.getByRole("alert")).toContainText("Refused with 500");
  await page.unroute("**/api/v1/accounts?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.locator(".account-link").first()).toBeVisible();
});

test("rows stay when a later request fails", async ({ page, watch }) => {
  watch.expectComplaints(/503|ERR_FAILED/);
  await page.clock.install();
  await openPortfolio(page);
  await page.route("**/api/v1/accounts?*", (route) => route.fulfill(problem(503)));
  await page.clock.fastForward(301_000);
  await expect(page.getByText("Could not refresh.")).toBeVisible();
  await expect(page.locator(".account-link").first()).toBeVisible();
});

test("a stream that breaks is said, and mends by itself", async ({ page, watch }) => {
  watch.expectComplaints(/ERR_|stream/);
  await page.route("**/api/v1/stream", (route) => route.abort());
  await openPortfolio(page);
  await expect(page.locator(".live")).toContainText("Connecting");
  await page.unroute("**/api/v1/stream");
  await expect(page.locator(".live[data-live]")).toBeVisible({ timeout: 40_000 });
});

test("a slow answer is said to be slow", async ({ page }) => {
  let answer = () => {};
  const said = new Promise<void>((done) => {
    answer = done;
  });
  await page.route("**/api/v1/accounts?*", async (route) => {
    await said;
    await route.continue();
  });
  await page.goto("/");
  await expect(page.getByText(/Still loading/)).toBeVisible();
  answer();
  await expect(page.locator(".account-link").first()).toBeVisible();
});
