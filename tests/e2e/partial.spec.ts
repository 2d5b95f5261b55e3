import {
  type APIRequestContext,
  bearer,
  expect,
  expectAccessible,
  happenOften,
  openAccount,
  planted,
  test,
  withhold,
} from "../../services/dashboard-web/e2e/harness.ts";

test.use({ user: "ana" });

const INVOICES = 1000;
const READABLE = 600;
/** Stripe answers 25 questions a second, and every one of a thousand invoices is asked for by itself. */
const READ_MS = 600_000;

interface Detail {
  client_id: string;
  name: string;
  revision: number;
  invoices_total: number;
  sources: { source: string; state: string }[];
  variance: { band: string } | null;
  forecast: { status: string; excluded: { code: string; detail: string }[] } | null;
  partials: { source: string; parts: string[]; accepted: { by_name: string } | null }[];
}

interface Audited {
  action: string;
  user: string;
  detail: Record<string, unknown>;
}

const get = async <T>(request: APIRequestContext, path: string): Promise<T> =>
  (await (await request.get(`/api/v1/${path}`)).json()) as T;

/** An account of hers that is judged and projected, and at which nothing is planted. */
async function sound(request: APIRequestContext): Promise<Detail> {
  const { items } = await get<{ items: { client_id: string }[] }>(request, "accounts?band=matched&page_size=50");
  const taken = new Set(await Promise.all(["overdue", "progressive", "true_up", "part_paid"].map(planted)));
  for (const { client_id } of items.filter((one) => !taken.has(one.client_id))) {
    const detail = await get<Detail>(request, `accounts/${client_id}`);
    if (detail.forecast?.status === "ok" && detail.variance?.band === "matched") return detail;
  }
  throw new Error("she has no account that is judged and projected");
}

/** Ask Stripe to be read again, and look at what is shown. */
async function reread(request: APIRequestContext, id: string): Promise<Detail> {
  const headers = { "X-Trueup-Csrf": "1" };
  await request.post("/api/v1/syncs", { data: { source: "stripe" }, headers });
  return get<Detail>(request, `accounts/${id}`);
}

const missing = (detail: Detail) => detail.partials.find((one) => one.source === "stripe")?.parts.join() ?? "";
const stateOf = (detail: Detail) => detail.sources.find((one) => one.source === "stripe")?.state;

test("an account of 1,000 invoices of which 600 came is out of projections until the rest is there, or accepted", {
  tag: "@long",
}, async ({ page, request }) => {
  test.setTimeout(2 * READ_MS);
  const { client_id } = await sound(request);
  await happenOften("overdue", client_id, INVOICES - (await withhold(client_id, READABLE)));
  expect(await withhold(client_id, READABLE)).toBe(INVOICES);

  await expect.poll(async () => missing(await reread(request, client_id)), { timeout: READ_MS }).toContain("400:");
  await expect.poll(async () => stateOf(await reread(request, client_id))).toBe("partial");
  const partial = await get<Detail>(request, `accounts/${client_id}`);
  expect(partial.variance?.band).toBe("cannot_judge");
  expect(partial.forecast?.status).toBe("cannot_judge");
  expect(partial.forecast?.excluded).toEqual([expect.objectContaining({ code: "partial", detail: "stripe" })]);

  await openAccount(page, client_id);
  const banner = page
    .getByRole("status")
    .or(page.getByRole("alert"))
    .filter({ hasText: "Stripe could not be read whole." });
  await expect(banner).toContainText("400:");
  await expect(page.getByRole("region", { name: /^Usage value to quarter end/ })).toContainText(
    "stays out of projections",
  );
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/partial.png", fullPage: true });

  await page.getByRole("button", { name: "Accept what is there: Stripe" }).click();
  const panel = page.getByRole("region", { name: "Decide about the gap of Stripe" });
  await panel.getByRole("radio", { name: /^Accept what is there/ }).check();
  await panel.getByRole("textbox", { name: /reason/i }).fill("the rest is being migrated");
  await panel.getByRole("button", { name: /^Accept what is there/ }).click();
  await expect(page.getByText("Stripe could not be read whole, and is accepted so.")).toBeVisible();
  await expect(page.getByText("the rest is being migrated")).toBeVisible();
  const accepted = await get<Detail>(request, `accounts/${client_id}`);
  expect(accepted.forecast?.status).toBe("ok");
  expect(accepted.forecast?.excluded).toContainEqual(
    expect.objectContaining({ code: "accepted_gap", detail: "stripe" }),
  );
  const log = await request.get(`/api/v1/audit?client_id=${client_id}`, { headers: await bearer("adam") });
  const { items } = (await log.json()) as { items: Audited[] };
  expect(items.find((one) => JSON.stringify(one.detail).includes("accept_partial"))).toMatchObject({ user: "ana" });

  await withhold(client_id, null);
  await expect.poll(async () => missing(await reread(request, client_id)), { timeout: READ_MS }).toBe("");
  await expect.poll(async () => stateOf(await reread(request, client_id))).not.toBe("partial");
  await expect(page.getByText("Stripe could not be read whole")).toHaveCount(0);
  const whole = await get<Detail>(request, `accounts/${client_id}`);
  expect(whole.invoices_total).toBeGreaterThanOrEqual(INVOICES);
  expect(whole.variance?.band).not.toBe("cannot_judge");
  expect(whole.forecast?.status).toBe("ok");
  expect(whole.forecast?.excluded).not.toContainEqual(expect.objectContaining({ code: "accepted_gap" }));
});
