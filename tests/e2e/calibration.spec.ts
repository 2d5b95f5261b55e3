import { type APIRequestContext, expect, expectAccessible, test } from "../../services/dashboard-web/e2e/harness.ts";

// No planted account uses this metric: the other tests do not notice that it is off for a while.
const METRIC = "storage_gb_hours";
const NAME = /^Storage/;
test.use({ user: "adam" });

const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
const counts = (count: string) =>
  Buffer.from(`metric,from_day,to_day,count\n${METRIC},${day(16)},${day(3)},${count}\n`);

interface Forecast {
  status: string;
  excluded: { code: string; detail: string }[];
}

/** An account that uses the metric. */
async function userOf(request: APIRequestContext): Promise<string> {
  const { items } = await (await request.get("/api/v1/accounts?active=true&page_size=50")).json();
  const found = items.find((one: { usage_mtd: { metric: string }[]; sources: { source: string; state: string }[] }) => {
    const usage = one.sources.find(({ source }) => source === "amplitude");
    return usage?.state === "complete" && one.usage_mtd.some(({ metric }) => metric === METRIC);
  });
  expect(found).toBeTruthy();
  return found.client_id;
}

async function leftOut(request: APIRequestContext, clientId: string): Promise<string[]> {
  const { forecast } = await (await request.get(`/api/v1/accounts/${clientId}`)).json();
  return (forecast as Forecast).excluded.filter(({ code }) => code === "calibration_drift").map(({ detail }) => detail);
}

test("a count that is far off switches a metric's forecasts off everywhere, until somebody clears it", async ({
  page,
  request,
}) => {
  test.setTimeout(180_000);
  const clientId = await userOf(request);
  await page.goto("/");
  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Calibration" }).click();
  const row = page.getByRole("row", { name: NAME });
  await expect(row).toBeVisible();
  await expectAccessible(page);

  await page.getByLabel(/Counts as CSV/).setInputFiles({
    name: "counts.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("metric,from_day,to_day,count\nnobody_meters_this,2026-01-01,2026-01-02,5\n"),
  });
  await expect(page.getByText("Line 2: No usage of this metric is metered.")).toBeVisible();
  await page
    .getByLabel(/Counts as CSV/)
    .setInputFiles({ name: "counts.csv", mimeType: "text/csv", buffer: counts("1") });
  await expect(page.getByText("1 count would be taken")).toBeVisible();
  await page.getByRole("button", { name: "Take 1 count" }).click();
  await expect(page.getByText(/1 count taken/)).toBeVisible();
  await expect(row.getByText("Forecasting off")).toBeVisible({ timeout: 30_000 });
  await expect(row).toContainText("7 % allowed");

  await expect.poll(() => leftOut(request, clientId), { timeout: 60_000 }).toEqual([METRIC]);
  await page.goto(`/accounts/${clientId}`);
  await expect(page.getByText(/Storage.* is not projected until its calibration is cleared/)).toBeVisible();
  await page.goto("/");
  await page.getByText(/what moved and who is left out/).click();
  await expect(page.getByText(/forecasting is off until a calibration is cleared/).first()).toBeVisible();

  await page.goto("/calibration");
  await row.getByRole("textbox").fill("The count held one day only");
  await row.getByRole("button", { name: /^Clear/ }).click();
  await expect(page.getByText(/is cleared; its forecasts follow/)).toBeVisible();
  await expect(row).toContainText("Projected");
  await expect(row).toContainText("cleared by adam: The count held one day only");
  await expect.poll(() => leftOut(request, clientId), { timeout: 60_000 }).toEqual([]);

  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Audit log" }).click();
  await expect(page.locator("tbody tr").filter({ hasText: "Cleared a calibration" }).first()).toContainText("adam");
});

test.describe("for others", () => {
  test.use({ user: "fay" });
  test("the page and its addresses are closed", async ({ page, request, watch }) => {
    watch.expectComplaints(/403/);
    expect((await request.get("/api/v1/calibrations")).status()).toBe(403);
    await page.goto("/");
    await expect(page.getByRole("link", { name: "Calibration" })).toHaveCount(0);
  });
});
