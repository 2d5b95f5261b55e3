/** Invoices made for a test, so that no test waits for the world to have one. */
import { expect, type Page } from "@playwright/test";
import { happen } from "./stack.ts";

export interface Target {
  clientId: string;
  name: string;
  invoiceId: string;
  number: string;
}

interface Listed {
  number: string | null;
  gateway_invoice_id: string | null;
  retry: { allowed: boolean; reason: string | null } | null;
}

interface Item {
  client_id: string;
  name: string;
  variance: { band: string } | null;
  sources: { state: string }[];
}

/** The accounts of whoever is signed in whose figures are sound, by name. */
export async function soundAccounts(page: Page): Promise<Item[]> {
  const answer = await page.request.get("/api/v1/accounts?page_size=50&sort=name");
  const { items } = (await answer.json()) as { items: Item[] };
  return items.filter(
    ({ variance, sources }) => variance?.band !== "cannot_judge" && sources.every(({ state }) => state === "complete"),
  );
}

/** A fresh overdue invoice of one of her own accounts, by its place in her list. */
export async function overdueInvoice(page: Page, place: number): Promise<Target> {
  const sound = await soundAccounts(page);
  const account = sound[place % sound.length];
  if (!account) throw new Error("she has no account to bill");
  const invoiceId = (await happen("overdue", account.client_id)).objects.gateway_invoices ?? "";
  await page.request.post("/api/v1/syncs", { headers: { "X-Trueup-Csrf": "1" }, data: { source: null } });
  let found: Listed | undefined;
  await expect(async () => {
    const list = await page.request.get(`/api/v1/accounts/${account.client_id}/invoices?page_size=50`);
    const { items: invoices } = (await list.json()) as { items: Listed[] };
    found = invoices.find((one) => one.gateway_invoice_id === invoiceId);
    expect(found?.retry).toMatchObject({ allowed: true });
  }).toPass({ timeout: 150_000, intervals: [1000] });
  return { clientId: account.client_id, name: account.name, invoiceId, number: found?.number ?? "" };
}
