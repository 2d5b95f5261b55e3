/** The states that screens are in now and then: empty, failed, under way, refused. The stack stays; the browser is told. */
import {
  expect,
  openAccount,
  openPortfolio,
  ownAccount,
  type Page,
  planted,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";
import { expectEveryLook } from "../../services/dashboard-web/e2e/looks.ts";
import { answer, problem, withChange } from "../../services/dashboard-web/e2e/mocks.ts";

const LIST = "**/api/v1/accounts?*";

/** Held until the test ends: what is shown meanwhile is a state, too. */
const hold = (page: Page, path: string) => page.route(path, () => new Promise(() => undefined));

test.describe("the portfolio", () => {
  test("with nothing that matches, and with no account at all", async ({ page }) => {
    await page.goto("/?search=nothing-like-it");
    await expect(page.getByText("No account matches")).toBeVisible();
    await expectEveryLook(page);
    await withChange<object>(page, LIST, (list) => ({ ...list, items: [], total: 0 }));
    await page.goto("/");
    await expect(page.getByText("No accounts yet")).toBeVisible();
    await expectEveryLook(page);
  });

  test("that loads, that failed, and that could not be renewed", async ({ page, watch }) => {
    watch.expectComplaints(/503/);
    await page.clock.install();
    await hold(page, LIST);
    await page.goto("/");
    await expect(page.locator("table[aria-busy=true]")).toBeVisible();
    await expectEveryLook(page);
    await page.unroute(LIST);
    await page.route(LIST, (route) => route.fulfill(problem(503)));
    await page.goto("/");
    await expect(page.getByRole("alert")).toContainText("Refused with 503");
    await expectEveryLook(page);
    await page.unroute(LIST);
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.locator(".account-link").first()).toBeVisible();
    await page.route(LIST, (route) => route.fulfill(problem(503)));
    await page.clock.fastForward("10:00");
    await expect(page.getByText("Could not refresh.")).toBeVisible();
    await expectEveryLook(page);
  });

  test("while a source is away, read only in part, or read for the first time", async ({ page }) => {
    for (const [state, reason, words] of [
      ["stale", null, /cannot be read right now/],
      ["partial", null, /is only partly read/],
      ["never", "never_complete", /being read for the first time/],
    ] as const) {
      await page.unroute("**/api/v1/sources");
      await withChange<{ items: object[] }>(page, "**/api/v1/sources", ({ items }) => ({
        items: items.map((one, index) => (index ? one : { ...one, state, reason })),
      }));
      await openPortfolio(page);
      await expect(page.locator(".banner-slot .banner")).toContainText(words);
      await expectEveryLook(page, ".banner-slot");
    }
  });

  test("after its session has ended, and for a role without one", async ({ page, watch }) => {
    watch.expectComplaints(/401/);
    await openPortfolio(page);
    await page.route("**/api/v1/**", (route) => route.fulfill(problem(401)));
    await page.getByRole("columnheader", { name: "Account" }).getByRole("button").click();
    await expect(page.getByText("Your session has ended.")).toBeVisible();
    await expectEveryLook(page);
    await page.unroute("**/api/v1/**");
    await page.goto("/audit");
    await expect(page.getByText("Not for this role")).toBeVisible();
    await expectEveryLook(page);
  });
});

test("an account that loads, that failed, and one that there is not", async ({ page, watch }) => {
  watch.expectComplaints(/404|500/);
  const id = await planted("variance_7_over");
  const path = `**/api/v1/accounts/${id}`;
  await hold(page, path);
  await page.goto(`/accounts/${id}`);
  await expect(page.locator(".top .user")).toBeVisible();
  await expectEveryLook(page);
  await page.unroute(path);
  await page.route(path, (route) => route.fulfill(problem(500)));
  await page.goto(`/accounts/${id}`);
  await expect(page.getByRole("alert")).toContainText("Refused with 500");
  await expectEveryLook(page);
  await page.goto("/accounts/nobody");
  await expect(page.getByRole("alert")).toContainText("not in your portfolio");
  await expectEveryLook(page);
  await page.goto("/no-such-page");
  await expect(page.getByText("There is no such page")).toBeVisible();
  await expectEveryLook(page);
});

test.describe("administration", () => {
  test.use({ user: "adam" });

  test("that failed", async ({ page, watch }) => {
    watch.expectComplaints(/500/);
    await page.route(/api\/v1\/(sessions|audit|figures)/, (route) => route.fulfill(problem(500)));
    for (const place of ["/sessions", "/audit", "/figures"]) {
      await page.goto(place);
      await expect(page.getByRole("alert")).toContainText("Refused with 500");
      await expectEveryLook(page);
    }
  });
});

test.describe("an export", () => {
  test.use({ user: "ana" });
  const EXPORTS = "**/api/v1/exports";
  const made = { id: "e1", records: 1, quota_left: 36, format: "csv", filename: "trueup.csv", file_url: "/api/v1/e1" };

  test("chosen, being made, refused, lost, done, off, and with nothing left", async ({ page, watch }) => {
    watch.expectComplaints(/503|410|429/);
    await openAccount(page, await ownAccount(page));
    const panel = page.locator(".export-panel");
    const open = async () => {
      await page.keyboard.press("Escape");
      await page.locator(".head-actions").getByRole("button", { name: "Export CSV" }).click();
      await expect(panel.locator(".export-quota strong")).toBeVisible();
      await panel.getByRole("radio", { name: /row of the grid/ }).check();
    };
    const download = async () => panel.getByRole("button", { name: /^Download/ }).click();
    const look = () => expectEveryLook(page, ".export-panel");
    await open();
    await look();
    await hold(page, EXPORTS);
    await download();
    await expect(panel.getByText("The file is being made.")).toBeVisible();
    await look();
    for (const [refusal, words] of [
      [problem(429, { code: "export_quota_exceeded" }), /more than what is left/],
      [problem(503), /cannot be made right now/],
    ] as const) {
      await page.reload();
      await page.route(EXPORTS, (route) => route.fulfill(refusal));
      await open();
      // By this it finds out whether the API is well again; until then the button stays off.
      await page.route("**/api/v1/me", (route) => route.fulfill(problem(503)));
      await download();
      await expect(panel.getByRole("alert")).toContainText(words);
      await look();
      if (refusal.status === 503) {
        await panel.getByRole("button", { name: "Back to the choice" }).click();
        await expect(panel.getByText(/answers with an error \(503\)/)).toBeVisible();
        await look();
      }
      await page.unroute("**/api/v1/me");
    }
    await page.reload();
    await page.route(EXPORTS, (route) => route.fulfill(answer(made, 201)));
    await page.route("**/api/v1/e1", (route) => route.fulfill(problem(410)));
    await open();
    await download();
    await expect(panel.getByText("This file is gone")).toBeVisible();
    await look();
    await page.route("**/api/v1/e1", (route) => route.fulfill({ status: 200, contentType: "text/csv", body: "a" }));
    await panel.getByRole("button", { name: "Make a new one" }).click();
    await panel.getByRole("radio", { name: /row of the grid/ }).check();
    await download();
    await expect(panel.getByText("Downloaded, 1 record.")).toBeVisible();
    await look();
    await withChange<object>(page, "**/api/v1/exports/quota", (quota) => ({ ...quota, left: 0, used: 100 }));
    await page.reload();
    await open();
    await expect(panel.getByText(/Nothing is left/)).toBeVisible();
    await look();
  });
});
