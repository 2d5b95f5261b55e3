import { expect, expectAccessible, happen, openAccount, test } from "../../services/dashboard-web/e2e/harness.ts";

test.use({ user: "ana" });
test.setTimeout(120_000);

interface Detail {
  discrepancies: { code: string; text: string; invoice: { document_id: string; number: string } | null }[];
}

test("an invoice that Stripe has as paid and QuickBooks as open is looked at by a person", async ({
  page,
  request,
}) => {
  const { items } = await (await request.get("/api/v1/accounts?band=matched&status=pending&page_size=50")).json();
  const clientId: string = (items[0] ?? (await (await request.get("/api/v1/accounts?page_size=1")).json()).items[0])
    .client_id;
  // The ledger books a card payment some minutes after the gateway took it: until then the two differ.
  await happen("pay", clientId);
  const told = async () => {
    const { discrepancies } = (await (await request.get(`/api/v1/accounts/${clientId}`)).json()) as Detail;
    return discrepancies.find((one) => one.invoice)?.invoice?.number ?? null;
  };
  await expect.poll(told, { timeout: 30_000 }).not.toBeNull();
  await openAccount(page, clientId);
  const row = page.locator(".finding").filter({ hasText: "is paid in Stripe and open in QuickBooks" }).first();
  await row.getByRole("button", { name: /^Decide: invoice/ }).click();
  await expectAccessible(page, ".findings");
  const panel = page.getByRole("region", { name: /^Decide about invoice/ });
  await panel.getByRole("radio", { name: /^Mark as reviewed/ }).check();
  await panel.getByRole("textbox", { name: /^Reason/ }).fill("Booked tomorrow");
  await panel.getByRole("button", { name: "Mark as reviewed" }).click();
  await expect(row).toContainText("Reviewed by Ana", { timeout: 30_000 });
  await expect(row).toContainText("Booked tomorrow");
  await expect(page.locator(".section", { hasText: "Timeline" }).first()).toContainText(
    /paid in one system: marked as reviewed by Ana/,
  );
});
