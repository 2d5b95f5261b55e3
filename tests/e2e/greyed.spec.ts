/** An action whose API errs or is slow: its button goes grey with the reason and the next try, and comes back by itself. */
import { overdueInvoice, soundAccounts } from "../../services/dashboard-web/e2e/billing.ts";
import {
  charges,
  expect,
  expectAccessible,
  openAccount,
  type Page,
  signIn,
  slackMessages,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";
import { problem } from "../../services/dashboard-web/e2e/mocks.ts";

test.use({ user: "ana" });

const ERRS = /Trueup answers with an error \(503\)\./;
const SLOW = /Trueup takes longer than 5 seconds to answer\./;
const SLOW_ANSWER_MS = 8000;

const away = async (page: Page, path: string) => {
  await page.route(path, (route) => route.fulfill(problem(503)));
  await page.route("**/api/v1/me", (route) => route.fulfill(problem(503)));
};
const back = async (page: Page, path: string) => {
  await page.unroute(path);
  await page.unroute("**/api/v1/me");
};
const slow = (page: Page, path: string) =>
  page.route(path, async (route) => {
    await new Promise((done) => setTimeout(done, SLOW_ANSWER_MS));
    await route.continue();
  });

async function account(page: Page, place: number): Promise<void> {
  const found = (await soundAccounts(page))[place];
  if (!found) throw new Error("she has too few accounts");
  await openAccount(page, found.client_id);
}

test.describe("retrying a payment", () => {
  const PATH = "**/payment-retries";

  async function begin(page: Page, place: number) {
    const target = await overdueInvoice(page, place);
    await openAccount(page, target.clientId);
    const invoices = page.getByRole("region", { name: "Invoices" });
    const button = invoices.getByRole("button", { name: `Retry payment of #${target.number}` });
    return { target, invoices, button, panel: invoices.locator(".row-panel .in-place") };
  }

  test("errs: asking again is grey until the API answers, and charges once", async ({ page, watch }) => {
    watch.expectComplaints(/503/);
    const { target, button, panel } = await begin(page, 8);
    await away(page, PATH);
    await button.click();
    await panel.getByRole("button", { name: /^Charge / }).click();
    const again = panel.getByRole("button", { name: "Ask again" });
    await expect(again).toHaveAttribute("aria-disabled", "true");
    await expect(panel.getByText(ERRS)).toBeVisible();
    await expect(panel.getByText(/Tried again in \d+ s, by itself\./)).toBeVisible();
    await expectAccessible(page);
    await back(page, PATH);
    await expect(again).not.toHaveAttribute("aria-disabled");
    await again.click();
    await expect(panel.locator("h2")).toContainText("Paid");
    expect(await charges(target.invoiceId)).toBe(1);
  });

  test("is slow: the button is grey and says so, and the late answer counts", async ({ page }) => {
    const { target, invoices, panel } = await begin(page, 9);
    const row = invoices.getByRole("row").filter({ hasText: `#${target.number}` });
    await slow(page, PATH);
    await row.getByRole("button").click();
    await panel.getByRole("button", { name: /^Charge / }).click();
    await expect(row.getByRole("button", { name: "Retrying…" })).toHaveAttribute("aria-disabled", "true");
    await expect(row.getByText(SLOW)).toBeVisible();
    await expect(panel.locator("h2")).toContainText("Paid");
    await expect(page.getByText(SLOW)).toHaveCount(0);
    expect(await charges(target.invoiceId)).toBe(1);
  });
});

test.describe("flagging an issue", () => {
  const PATH = "**/flags";

  async function write(page: Page, place: number) {
    await account(page, place);
    const button = page.locator(".head-actions").getByRole("button", { name: "Flag issue" });
    await button.click();
    const panel = page.getByRole("region", { name: /^Flag an issue with/ });
    const mine = `On purpose ${Date.now()}`;
    await panel.getByRole("textbox", { name: "Text" }).fill(mine);
    const sent = async () => (await slackMessages()).filter((one) => JSON.stringify(one.blocks).includes(mine)).length;
    return { button, panel, sent };
  }

  test("errs: asking again is grey until the API answers, and sends once", async ({ page, watch }) => {
    watch.expectComplaints(/503/);
    const { panel, sent } = await write(page, 6);
    await away(page, PATH);
    await panel.getByRole("button", { name: "Send", exact: true }).click();
    await expect(panel.getByText(/the message may be on its way/)).toBeVisible();
    const again = panel.getByRole("button", { name: "Ask again" });
    await expect(again).toHaveAttribute("aria-disabled", "true");
    await expect(panel.getByText(ERRS)).toBeVisible();
    await expect(panel.getByText(/Tried again in \d+ s, by itself\./)).toBeVisible();
    await expectAccessible(page);
    await back(page, PATH);
    await expect(again).not.toHaveAttribute("aria-disabled");
    await again.click();
    await expect(panel.locator(".delivery-state")).toContainText("Sent");
    expect(await sent()).toBe(1);
  });

  test("is slow: the button is grey and says so, and the late answer counts", async ({ page }) => {
    const { button, panel, sent } = await write(page, 7);
    await slow(page, PATH);
    await panel.getByRole("button", { name: "Send", exact: true }).click();
    await expect(panel.getByText(SLOW)).toBeVisible();
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await expect(panel.locator(".delivery-state")).toContainText("Sent");
    await expect(page.getByText(SLOW)).toHaveCount(0);
    expect(await sent()).toBe(1);
  });
});

test.describe("exporting", () => {
  // The quota belongs to a login.
  test.use({ user: "" });
  const PATH = "**/api/v1/exports";

  async function choose(page: Page) {
    await signIn(page, "ana");
    await page.locator(".account-link").first().waitFor();
    await account(page, 0);
    const tools = page.locator(".head-actions");
    const button = tools.getByRole("button", { name: "Export CSV" });
    await button.click();
    const panel = page.locator(".export-panel");
    await panel.getByRole("radio", { name: /row of the grid/ }).check();
    return { tools, button, panel, download: panel.getByRole("button", { name: "Download 1 record" }) };
  }

  test("errs: both buttons are grey until the API answers, then the file comes", async ({ page, watch }) => {
    watch.expectComplaints(/401|503/);
    const { tools, button, panel, download } = await choose(page);
    await away(page, PATH);
    await download.click();
    await expect(panel.getByRole("alert")).toContainText("Exports cannot be made right now");
    await panel.getByRole("button", { name: "Back to the choice" }).click();
    await expect(panel.getByRole("button", { name: /^Download/ })).toHaveAttribute("aria-disabled", "true");
    await expect(panel.getByText(ERRS)).toBeVisible();
    await expect(panel.getByText(/Tried again in \d+ s, by itself\./)).toBeVisible();
    await expectAccessible(page, ".export-panel");
    await page.keyboard.press("Escape");
    await expect(button).toBeFocused();
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await expect(tools.getByText(ERRS).first()).toBeVisible();
    await button.press("Enter");
    await expect(panel).toBeHidden();
    await expectAccessible(page);
    await back(page, PATH);
    await expect(button).not.toHaveAttribute("aria-disabled");
    await button.click();
    await panel.getByRole("radio", { name: /row of the grid/ }).check();
    await Promise.all([page.waitForEvent("download"), download.click()]);
    await expect(panel.getByText("Downloaded, 1 record.")).toBeVisible();
  });

  test("is slow: the other button is grey and says so, and the late file comes", async ({ page, watch }) => {
    watch.expectComplaints(/401/);
    const { tools, panel, download } = await choose(page);
    await slow(page, PATH);
    await download.click();
    await expect(panel.getByText("The file is being made.")).toBeVisible();
    await expect(tools.getByRole("button", { name: "Report PDF" })).toHaveAttribute("aria-disabled", "true");
    await expect(tools.getByText(SLOW).first()).toBeVisible();
    await expect(panel.getByText("Downloaded, 1 record.")).toBeVisible();
    await expect(tools.getByText(SLOW)).toHaveCount(0);
  });
});
