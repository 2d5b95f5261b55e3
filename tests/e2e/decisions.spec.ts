import {
  type APIRequestContext,
  expect,
  expectAccessible,
  happen,
  openAccount,
  openPortfolio,
  type Page,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";

test.use({ user: "ana" });

interface Period {
  period: { start: string };
  band: string;
  due: boolean;
  mark: string | null;
  handling: { decision: { decision_id: string } } | null;
  sign_off: { decision: { decision_id: string }; billed_minor: number } | null;
  billed_minor: number | null;
  offers: { kind: string; undoes: string | null; allowed: boolean }[];
}

interface Detail {
  client_id: string;
  name: string;
  revision: number;
  flagged: boolean;
  reconciliations: Period[];
  invoices: { remaining_minor: number; period: { start: string } | null }[];
}

const get = async <T>(request: APIRequestContext, path: string): Promise<T> =>
  (await (await request.get(`/api/v1/${path}`)).json()) as T;
const detailOf = (request: APIRequestContext, id: string) => get<Detail>(request, `accounts/${id}`);

/**
 * Some of her accounts with a red month, each test others, so that no two decide about the same one. By band, not by
 * flag: what another test has resolved meanwhile keeps its place. All from one list: the next may hold one more.
 */
async function flagged(request: APIRequestContext, ...places: number[]): Promise<Detail[]> {
  const bands = "band=over_billed&band=under_billed";
  const list = `accounts?${bands}&page_size=50&sort=name`;
  const { items } = await get<{ items: { client_id: string }[] }>(request, list);
  return Promise.all(
    places.map((place) => {
      const found = items[place];
      if (!found) throw new Error(`she has only ${items.length} accounts with a red month`);
      return detailOf(request, found.client_id);
    }),
  );
}

const open = (detail: Detail) => detail.reconciliations.find((one) => one.due && /_billed$/.test(one.band)) as Period;
const monthOf = (detail: Detail, start: string) =>
  detail.reconciliations.find((one) => one.period.start === start) as Period;

async function decide(request: APIRequestContext, id: string, body: Record<string, unknown>) {
  return request.post(`/api/v1/accounts/${id}/decisions`, {
    data: body,
    headers: { "X-Trueup-Csrf": "1", "Idempotency-Key": crypto.randomUUID() },
  });
}

/** Take back what a test has decided, whatever revision the account has come to. */
async function takeBack(request: APIRequestContext, id: string, start: string): Promise<void> {
  await expect(async () => {
    const detail = await detailOf(request, id);
    const undo = monthOf(detail, start).offers.find((one) => one.kind === "undo" && one.allowed);
    expect(undo).toBeDefined();
    const body = { kind: "undo", revision: detail.revision, period_start: start, undoes: undo?.undoes };
    expect((await decide(request, id, body)).status()).toBe(202);
  }).toPass({ timeout: 60_000 });
}

const row = (page: Page, start: string) => {
  const month = new Date(`${start}T00:00:00Z`).toLocaleString("en", { month: "short", timeZone: "UTC" });
  return page.getByRole("region", { name: "Periods" }).getByRole("row").filter({ hasText: month }).first();
};
const panelOf = (page: Page) => page.getByRole("region", { name: /^Decide about/ });
const decideButton = (page: Page, start: string) => row(page, start).getByRole("button", { name: /^Decide: / });

test("a discrepancy is resolved with the keyboard and a reason, applied, and opened again by its undo", async ({
  page,
  request,
}) => {
  const [account] = (await flagged(request, 0)) as [Detail];
  const { start } = open(account).period;
  await openAccount(page, account.client_id);
  await decideButton(page, start).focus();
  await page.keyboard.press("Enter");
  await expect(panelOf(page)).toBeFocused();
  await expectAccessible(page, ".in-place");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await expect(panelOf(page).getByRole("radio", { name: /^Resolve/ })).toBeChecked();
  await page.keyboard.press("Tab");
  await page.keyboard.type("credit agreed");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(row(page, start)).toContainText("Resolved by Ana");
  await expect(row(page, start)).toContainText("credit agreed");
  await expect(row(page, start)).not.toContainText("Applying");
  await expect(page.getByRole("region", { name: "Timeline" })).toContainText("resolved by Ana");
  expect((await detailOf(request, account.client_id)).flagged).toBe(false);
  await openPortfolio(page, `?mark=resolved&search=${encodeURIComponent(account.name)}`);
  await expect(page.locator(`tr[data-id="${account.client_id}"]`)).toContainText("Resolved");
  await expect(page.locator(`tr[data-id="${account.client_id}"][data-flagged]`)).toHaveCount(0);

  await openAccount(page, account.client_id);
  await decideButton(page, start).click();
  await panelOf(page)
    .getByRole("radio", { name: /^Undo: resolved by Ana/ })
    .check();
  await panelOf(page)
    .getByRole("button", { name: /^Undo: resolved/ })
    .click();
  await expect(row(page, start)).not.toContainText("Resolved by Ana");
  await expect.poll(async () => (await detailOf(request, account.client_id)).flagged).toBe(true);
});

test("a snoozed discrepancy is no open flag until its day", async ({ page, request }) => {
  const [account] = (await flagged(request, 1)) as [Detail];
  const { start } = open(account).period;
  await openAccount(page, account.client_id);
  await decideButton(page, start).click();
  await panelOf(page)
    .getByRole("radio", { name: /^Snooze/ })
    .check();
  const until = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
  await panelOf(page)
    .getByLabel(/^Until/)
    .fill(until);
  await panelOf(page).getByRole("button", { name: "Snooze", exact: true }).click();
  await expect(row(page, start)).toContainText("Snoozed by Ana");
  await openPortfolio(page, `?mark=snoozed&search=${encodeURIComponent(account.name)}`);
  await expect(page.locator(`tr[data-id="${account.client_id}"]`)).toContainText("Snoozed");
  await takeBack(request, account.client_id, start);
});

/** An account of hers whose open invoice bills a month that came out right: a credit to it moves that month. */
async function billedAndOpen(request: APIRequestContext): Promise<{ account: Detail; start: string }> {
  // What waits for the rest of its money is used by no other test; pending ones may be paid by another meanwhile.
  for (const status of ["partly_paid", "pending"]) {
    const list = `accounts?status=${status}&band=matched&page_size=50&sort=-name`;
    const { items } = await get<{ items: { client_id: string }[] }>(request, list);
    for (const { client_id } of items) {
      const account = await detailOf(request, client_id);
      const waiting = account.invoices.filter(({ remaining_minor }) => remaining_minor > 0);
      const start = waiting.length === 1 ? waiting[0]?.period?.start : undefined;
      if (start && monthOf(account, start)?.due && monthOf(account, start).band === "matched")
        return { account, start };
    }
  }
  throw new Error("no month of hers is matched and still to be paid");
}

test("a signed-off month that a late credit moves shows both figures", async ({ page, request }) => {
  const { account, start } = await billedAndOpen(request);
  await openAccount(page, account.client_id);
  await decideButton(page, start).click();
  await panelOf(page)
    .getByRole("radio", { name: /^Sign off/ })
    .check();
  await panelOf(page).getByRole("button", { name: "Sign off", exact: true }).click();
  await expect(row(page, start)).toContainText("Signed off by Ana");
  const signed = monthOf(await detailOf(request, account.client_id), start);
  expect(signed.sign_off?.billed_minor).toBe(signed.billed_minor);

  await happen("credit", account.client_id);
  await request.post("/api/v1/syncs", { headers: { "X-Trueup-Csrf": "1" } });

  await expect(row(page, start)).toContainText("Changed since sign-off", { timeout: 90_000 });
  const moved = monthOf(await detailOf(request, account.client_id), start);
  expect(moved.mark).toBe("changed");
  expect(moved.billed_minor).toBeLessThan(moved.sign_off?.billed_minor ?? 0);
  await expect(page.getByRole("region", { name: "Timeline" })).toContainText("signed it off");
  await expectAccessible(page);
});

test("what has changed since one looked is refused, and decided on the new state", async ({ page, request, watch }) => {
  watch.expectComplaints(/409|ERR_/);
  const [account] = (await flagged(request, 2)) as [Detail];
  const { start } = open(account).period;
  const other = account.reconciliations.find((one) => one.due && one.period.start !== start) as Period;
  await page.route("**/api/v1/stream**", (route) => route.abort());
  await openAccount(page, account.client_id);
  await decideButton(page, start).click();
  await panelOf(page)
    .getByRole("radio", { name: /^Mark as reviewed/ })
    .check();
  // Somebody decides about another month meanwhile, and this page does not hear of it.
  const seen = await detailOf(request, account.client_id);
  await page.route(`**/api/v1/accounts/${account.client_id}`, (route) => route.abort());
  const body = { kind: "review", revision: seen.revision, period_start: other.period.start };
  expect((await decide(request, account.client_id, body)).status()).toBe(202);
  await expect.poll(async () => (await detailOf(request, account.client_id)).revision).toBeGreaterThan(seen.revision);
  await panelOf(page).getByRole("button", { name: "Mark as reviewed" }).click();
  await expect(panelOf(page).getByRole("alert")).toContainText("The account has changed since you looked");
  await page.unroute(`**/api/v1/accounts/${account.client_id}`);
  await openAccount(page, account.client_id);
  await decideButton(page, start).click();
  await panelOf(page)
    .getByRole("radio", { name: /^Mark as reviewed/ })
    .check();
  await panelOf(page).getByRole("button", { name: "Mark as reviewed" }).click();
  await expect(row(page, start)).toContainText("Reviewed by Ana");
  expect((await detailOf(request, account.client_id)).flagged).toBe(true);
});

test("ticked rows are resolved with one reason, each by itself", async ({ page, request }) => {
  const accounts = await flagged(request, 3, 4);
  await openPortfolio(page, "?flagged=true&sort=name");
  for (const { name } of accounts) await page.getByRole("checkbox", { name: `Select ${name}`, exact: true }).check();
  await page.getByRole("region", { name: "Selection" }).getByRole("button", { name: "Decide" }).click();
  const panel = page.getByRole("region", { name: "Decide about 2 accounts" });
  await expect(panel.locator(".bulk-rows li")).toHaveCount(2);
  await panel.getByRole("textbox", { name: "One reason for all" }).fill("one price change");
  await expectAccessible(page, ".in-place");
  await panel.getByRole("button", { name: "Resolve: 2 accounts" }).click();
  await expect(panel.getByRole("status")).toContainText("2 accounts decided");
  for (const { client_id } of accounts) {
    await expect.poll(async () => (await detailOf(request, client_id)).flagged).toBe(false);
  }
  for (const account of accounts) await takeBack(request, account.client_id, open(account).period.start);
});
