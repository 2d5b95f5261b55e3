import {
  type APIRequestContext,
  expect,
  happen,
  openAccount,
  openPortfolio,
  signIn,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";

interface Detail {
  client_id: string;
  revision: number;
  invoices: { remaining_minor: number }[];
}

async function withOpenInvoices(request: APIRequestContext, status: string, open: number): Promise<Detail | undefined> {
  const list = await request.get(`/api/v1/accounts?status=${status}&band=matched&page_size=50&sort=name`);
  const { items } = (await list.json()) as { items: { client_id: string }[] };
  for (const { client_id } of items.sort(() => Math.random() - 0.5)) {
    const detail = (await (await request.get(`/api/v1/accounts/${client_id}`)).json()) as Detail;
    if (detail.invoices.filter(({ remaining_minor }) => remaining_minor > 0).length === open) return detail;
  }
  return undefined;
}

/** An account with one open invoice, so that paying it settles the row; late in a month it may have to be billed first. */
async function accountThatWaits(request: APIRequestContext): Promise<Detail> {
  const waiting = await withOpenInvoices(request, "pending", 1);
  if (waiting) return waiting;
  const settled = await withOpenInvoices(request, "paid", 0);
  if (!settled) throw new Error("no account could be billed");
  await happen("invoice", settled.client_id);
  await request.post("/api/v1/syncs", { headers: { "X-Trueup-Csrf": "1" } });
  let found: Detail | undefined;
  await expect(async () => {
    found = await withOpenInvoices(request, "pending", 1);
    expect(found).toBeDefined();
  }).toPass({ timeout: 90_000 });
  return found as Detail;
}

test("a payment out there moves the row and the account page by itself", async ({ page, context, request }) => {
  test.setTimeout(180_000);
  const target = await accountThatWaits(request);
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

test.describe("by hand", () => {
  // Nobody else asks in his name: whoever asks again too soon is refused.
  test.use({ user: "" });

  test("the refresh asks the sources and says when they have been read", async ({ page, watch }) => {
    watch.expectComplaints(/401/);
    await signIn(page, "ben");
    await expect(page.locator(".account-link").first()).toBeVisible();
    await page.getByRole("button", { name: "Refresh" }).click();
    await expect(page.locator(".refresh-state")).toContainText(/waiting for|read again/);
  });
});
