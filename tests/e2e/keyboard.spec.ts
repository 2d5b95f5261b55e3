/** The three stories without a mouse: Tab, Enter, Space, Escape and arrows only. */
import { overdueInvoice, soundAccounts } from "../../services/dashboard-web/e2e/billing.ts";
import {
  charges,
  expect,
  openPortfolio,
  type Page,
  planted,
  signIn,
  slackMessages,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";
import { expectSaid, listen, tabTo } from "../../services/dashboard-web/e2e/keyboard.ts";

test.use({ user: "ana" });

const press = (page: Page, key: string) => page.keyboard.press(key);

/** Into the account of this name, from the grid as it is. */
async function enter(page: Page, name: string): Promise<void> {
  await tabTo(page, page.getByRole("link", { name, exact: true }));
  await press(page, "Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expectSaid(page, new RegExp(`^${name}$`));
  await expect(page.locator("#content")).toBeFocused();
}

test("US1, from the grid to an account whose issue is flagged and sent", async ({ page }) => {
  await listen(page);
  await openPortfolio(page);
  const account = (await soundAccounts(page))[5];
  if (!account) throw new Error("she has too few accounts");
  await press(page, "Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await press(page, "Enter");
  await tabTo(page, page.getByRole("searchbox"));
  await page.keyboard.type(account.client_id);
  await expectSaid(page, /^1 account$/);
  await enter(page, account.name);

  const opener = page.locator(".head-actions").getByRole("button", { name: "Flag issue" });
  const panel = page.getByRole("region", { name: /^Flag an issue with/ });
  await tabTo(page, opener);
  await press(page, "Enter");
  await expect(panel).toBeFocused();
  await press(page, "Escape");
  await expect(opener).toBeFocused();
  await press(page, "Enter");
  await tabTo(page, panel.getByRole("radio", { name: "Slack" }));
  await press(page, "ArrowRight");
  await expect(panel.getByRole("radio", { name: "E-mail" })).toBeChecked();
  await press(page, "ArrowLeft");
  await expect(panel.getByRole("textbox", { name: "Text" })).not.toHaveValue("");
  await tabTo(page, panel.getByRole("textbox", { name: "Text" }));
  const mine = `Without a mouse ${Date.now()}. `;
  await page.keyboard.type(mine);
  await tabTo(page, panel.getByRole("button", { name: "Send", exact: true }));
  await press(page, "Enter");
  await expect(panel.locator(".delivery-state")).toContainText("Sent");
  await expectSaid(page, /Sent/);
  expect(JSON.stringify(await slackMessages())).toContain(mine.trim());
  await expect(panel).toBeFocused();
  await tabTo(page, panel.getByRole("button", { name: "Close" }));
  await press(page, "Enter");
  await expect(opener).toBeFocused();

  await tabTo(page, page.locator(".back"), "Shift+Tab");
  await press(page, "Enter");
  await expect(page.getByRole("link", { name: account.name, exact: true })).toBeFocused();
  await expectSaid(page, /^Portfolio$/);
});

test("US2, an overdue invoice is retried and shown as paid", async ({ page }) => {
  await listen(page);
  await openPortfolio(page);
  const target = await overdueInvoice(page, 6);
  await page.reload();
  const filter = page.getByRole("search").getByRole("button", { name: /^Status/ });
  await tabTo(page, filter);
  await press(page, "Enter");
  await tabTo(page, page.getByRole("checkbox", { name: /Overdue/ }));
  await press(page, "Space");
  await expect(page).toHaveURL(/status=overdue/);
  await expectSaid(page, /^\d+ accounts?$/);
  await press(page, "Escape");
  await expect(filter).toBeFocused();
  await enter(page, target.name);

  const invoices = page.getByRole("region", { name: "Invoices" });
  const opener = invoices.getByRole("button", { name: `Retry payment of #${target.number}` });
  const question = invoices.getByRole("region", { name: `Retry the payment of #${target.number}?` });
  await tabTo(page, opener);
  await press(page, "Enter");
  await expect(question).toBeFocused();
  await press(page, "Escape");
  await expect(opener).toBeFocused();
  expect(await charges(target.invoiceId)).toBe(0);
  await press(page, "Enter");
  await tabTo(page, question.getByRole("button", { name: /^Charge / }));
  await press(page, "Enter");
  const result = invoices.locator(".row-panel .in-place");
  await expect(result).toBeFocused();
  await expect(result.locator("h2")).toContainText("Paid");
  await expectSaid(page, / charged/);
  expect(await charges(target.invoiceId)).toBe(1);
  await tabTo(page, result.getByRole("button", { name: "Close" }));
  await press(page, "Enter");
  await expect(result).toHaveCount(0);
  // The button that was pressed is gone with the debt; the focus stays where it was.
  await expect(invoices).toBeFocused();
  await expect(page.getByRole("region", { name: "Payment attempts" }).getByRole("row").nth(1)).toContainText("Paid");
});

test.describe("with a quota of its own", () => {
  test.use({ user: "" });

  test("US3, the list is filtered and what is left is exported", async ({ page, watch }) => {
    watch.expectComplaints(/401/);
    await listen(page);
    await signIn(page, "fay");
    await openPortfolio(page);
    const search = page.getByRole("search");
    const range = page.locator(".pager-range");
    const unfiltered = await range.innerText();
    const bands = search.getByRole("button", { name: /^Band/ });
    await tabTo(page, bands);
    await press(page, "Enter");
    await tabTo(page, page.getByRole("checkbox", { name: /Over-billed/ }));
    await press(page, "Space");
    await expect(page).toHaveURL(/band=over_billed/);
    await press(page, "Escape");
    await expect(bands).toBeFocused();
    // The row was there before, too: only the range tells that the filtered list has come.
    await expect(range).not.toHaveText(unfiltered);
    await expect(page.locator(`tr[data-id="${await planted("variance_7_over")}"]`)).toBeVisible();
    const total = Number(/of (\d+)/.exec(await range.innerText())?.[1]);
    await expectSaid(page, new RegExp(`^${total} accounts?$`));

    const opener = page.locator(".page-tools").getByRole("button", { name: "Export CSV" });
    const panel = page.getByRole("dialog", { name: "Export CSV" });
    await tabTo(page, opener, "Shift+Tab");
    await press(page, "Enter");
    await tabTo(page, panel.getByRole("radio", { name: /This page/ }));
    await press(page, "ArrowDown");
    await press(page, "ArrowDown");
    await expect(panel.getByRole("radio", { name: /Everything/ })).toBeChecked();
    await tabTo(page, panel.getByRole("button", { name: /^Download/ }));
    const [file] = await Promise.all([page.waitForEvent("download"), press(page, "Enter")]);
    expect(file.suggestedFilename()).toMatch(/^trueup-.*\.csv$/);
    await expectSaid(page, new RegExp(`Downloaded, ${total} record`));
    await press(page, "Escape");
    await expect(panel).toBeHidden();
    await expect(opener).toBeFocused();
  });
});
