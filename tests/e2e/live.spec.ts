import { expect, happen, openAccount, openPortfolio, test } from "../../services/dashboard-web/e2e/harness.ts";

test("a payment out there moves the row and the account page by itself", async ({ page, context, request }) => {
  const answer = await request.get("/api/v1/accounts?status=pending&band=matched&page_size=50&sort=name");
  const { items } = (await answer.json()) as { items: { client_id: string; revision: number }[] };
  const target = items[Math.floor(Math.random() * Math.min(items.length, 20))];
  if (!target) throw new Error("no account waits for its payment");
  await openPortfolio(page, "?status=pending&band=matched&sort=name");
  const row = page.locator(`tr[data-id="${target.client_id}"]`);
  await expect(row).toBeVisible();
  const second = await context.newPage();
  await openAccount(second, target.client_id);
  const paid = second.getByRole("region", { name: "Timeline" }).getByText(/Payment received/);
  const timelineBefore = await paid.count();
  await expect(page.locator(".live[data-live]")).toBeVisible();

  await happen("pay", target.client_id);

  // Without a reload the row shows its new state where it stands; that it would no longer be listed waits for a click.
  await expect(row).not.toContainText("Pending", { timeout: 30_000 });
  await expect(row).toContainText("Paid");
  await page.getByRole("button", { name: /changed · refresh/ }).click();
  await expect(row).toHaveCount(0);
  await expect
    .poll(async () => {
      const detail = await request.get(`/api/v1/accounts/${target.client_id}`);
      return ((await detail.json()) as { revision: number }).revision;
    })
    .toBeGreaterThan(target.revision);
  await expect.poll(async () => paid.count(), { timeout: 30_000 }).toBeGreaterThan(timelineBefore);
});

test("the refresh asks the sources and says when they have been read", async ({ page }) => {
  await openPortfolio(page);
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page.locator(".refresh-state")).toContainText(/waiting for|read again/);
});
