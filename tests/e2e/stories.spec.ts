import {
  expect,
  mails,
  openAccount,
  openPortfolio,
  type Page,
  planted,
  slackMessages,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";

test.use({ user: "ana" });

const head = (page: Page) => page.locator(".head-actions");
const flagButton = (page: Page) => head(page).getByRole("button", { name: "Flag issue" });

/** One of her own accounts, by its place in her list; each test takes another, for an issue is sent once a day. */
async function own(page: Page, place: number): Promise<string> {
  const answer = await page.request.get("/api/v1/accounts?page_size=50&sort=name");
  const { items } = (await answer.json()) as { items: { client_id: string; variance: { band: string } | null }[] };
  const judged = items.filter(({ variance }) => variance && variance.band !== "cannot_judge");
  const found = judged[place];
  if (!found) throw new Error(`she has only ${judged.length} judged accounts`);
  return found.client_id;
}

async function openFlag(page: Page, place: number) {
  await openAccount(page, await own(page, place));
  await flagButton(page).click();
  const panel = page.getByRole("region", { name: /^Flag an issue with/ });
  await expect(panel.getByRole("textbox", { name: "Text" })).not.toHaveValue("");
  return panel;
}

test.describe("the grid", () => {
  test.use({ user: "fay" });

  test("shows fifty accounts a page with usage, invoice, due day, status and flag", async ({ page }) => {
    await openPortfolio(page);
    await expect(page.locator("tbody tr")).toHaveCount(50);
    for (const column of ["Account", "Usage MTD", "Invoice total", "Due", "Status", "Variance"]) {
      await expect(page.getByRole("columnheader", { name: column, exact: true })).toBeVisible();
    }
    const flagged = page.locator("tbody tr[data-flagged]").first();
    await expect(flagged.locator(".col-usage")).toHaveText(/\d/);
    await expect(flagged.locator(".col-invoice")).toHaveText(/\d/);
    await expect(flagged.locator(".col-variance")).toHaveText(/billed|invoice|usage/i);
  });
});

test.describe("an issue", () => {
  test("is flagged in Slack with the account's evidence, edited, delivered, and marked in the grid", async ({
    page,
  }) => {
    const panel = await openFlag(page, 0);
    const mine = `Please look at this before Friday (${Date.now()})`;
    await panel.getByRole("textbox", { name: "Text" }).fill(mine);
    await expect(panel.getByRole("figure")).toContainText(mine);
    await panel.getByRole("button", { name: "Send", exact: true }).click();
    await expect(panel.locator(".delivery-state")).toContainText("Sent");
    await expect(panel.getByRole("link", { name: "Open the message" })).toHaveAttribute("href", /^http/);
    const message = (await slackMessages()).find((one) => JSON.stringify(one.blocks).includes(mine));
    expect(message?.channel_name).toBe("billing-issues");
    expect(JSON.stringify(message?.blocks)).toContain("Difference");
    await panel.getByRole("button", { name: "Close" }).click();
    await expect(flagButton(page)).toBeFocused();
    await expect(page.locator(".account-title .flag-mark")).toContainText("flagged by Ana");
    await openPortfolio(page, "?sort=name");
    await expect(page.locator(`tr[data-id="${await own(page, 0)}"] .flag-mark`)).toContainText("flagged by Ana");
  });

  test("is flagged by e-mail, seen in the mailbox as in the preview", async ({ page }) => {
    const panel = await openFlag(page, 1);
    await panel.getByRole("radio", { name: "E-mail" }).check();
    const subject = `Under-billed, please check (${Date.now()})`;
    await panel.getByRole("textbox", { name: "Subject" }).fill(subject);
    await panel.getByRole("combobox", { name: "To" }).selectOption({ label: "Finance desk" });
    const evidence = await panel.locator(".preview-facts dd").allInnerTexts();
    await panel.getByRole("button", { name: "Send", exact: true }).click();
    await expect(panel.locator(".delivery-state")).toContainText("Sent");
    const mail = (await mails()).find((one) => one.subject === subject);
    expect(mail?.to).toEqual(["finance@northwind.example"]);
    expect(mail?.text).toContain(evidence[0] ?? "no evidence");
    expect(mail?.text).toContain("Informational only, not an invoice or revenue recognition record (ASC 606)");
  });
});

test.describe("roles without actions", () => {
  for (const user of ["fay", "sam"]) {
    test.describe(user, () => {
      test.use({ user });

      test("have no action buttons at all", async ({ page }) => {
        await openAccount(page, await planted("variance_7_over"));
        await expect(page.getByRole("button", { name: /Retry payment|Flag issue/ })).toHaveCount(0);
      });
    });
  }
});
