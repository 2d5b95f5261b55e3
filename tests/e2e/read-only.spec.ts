import { overdueInvoice } from "../../services/dashboard-web/e2e/billing.ts";
import { expect, openAccount, type Page, test } from "../../services/dashboard-web/e2e/harness.ts";
import { expectEveryLook } from "../../services/dashboard-web/e2e/looks.ts";
import { readOnly } from "../../services/dashboard-web/e2e/mocks.ts";

test.use({ user: "ana" });

const ACTIONS = /Retry payment|Flag issue|Export|Report PDF|Refresh/;
const actions = (page: Page) => page.locator("main").getByRole("button", { name: ACTIONS });

test("in read-only mode no action is left anywhere, by button or by key", async ({ page }) => {
  const { clientId, number } = await overdueInvoice(page, 10);
  const places = ["/", `/accounts/${clientId}`, `/accounts/${clientId}/invoices`];
  await openAccount(page, clientId);
  await expect(page.getByRole("button", { name: `Retry payment of #${number}` }).first()).toBeVisible();
  await expect(actions(page).filter({ hasText: "Flag issue" }).first()).toBeVisible();
  await expect(actions(page).filter({ hasText: "Report PDF" })).toBeVisible();

  await readOnly(page);
  for (const place of places) {
    await page.goto(place);
    await expect(page.locator("tbody tr").first()).toBeVisible();
    await expect(page.getByText("Trueup is in read-only mode.")).toBeVisible();
    await expect(actions(page)).toHaveCount(0);
    await expect(page.getByRole("checkbox")).toHaveCount(0);
    for (const key of ["e", "x"]) await page.keyboard.press(key);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expectEveryLook(page);
  }
});
