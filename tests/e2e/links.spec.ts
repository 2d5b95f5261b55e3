import {
  expect,
  expectAccessible,
  openAccount,
  type Page,
  planted,
  signIn,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";
import { expectFits, smallTargets } from "../../services/dashboard-web/e2e/looks.ts";

// The links are an administrator's; the other tests share their sessions.
test.use({ user: "" });
test.describe.configure({ mode: "serial" });

const PHONE = { width: 390, height: 844 };

async function check(page: Page): Promise<void> {
  await expectAccessible(page);
  await expectFits(page);
  expect(await smallTargets(page)).toEqual([]);
}

/** The account whose gateway customer nobody linked, as the API has it: the bearer of the page's session asks. */
async function account(page: Page, id: string) {
  return (await page.request.get(`/api/v1/accounts/${id}`)).json();
}

const stripeOf = (found: { sources: { source: string; state: string }[] }) =>
  found.sources.find(({ source }) => source === "stripe")?.state;

test("a customer without an account is suggested, linked by hand, judged, and the link undone", async ({
  page,
  watch,
}) => {
  test.setTimeout(180_000);
  watch.expectComplaints(/401/);
  const id = await planted("unlinked_stripe");
  await signIn(page, "adam", "/links");
  const { name } = await account(page, id);
  const row = page.locator(".links-customer").filter({ hasText: name });
  await expect(row).toHaveCount(1, { timeout: 30_000 });
  const suggestion = row
    .getByRole("list", { name: /^Suggestions for/ })
    .locator("> li")
    .first();
  await expect(suggestion).toContainText(`is the same as “${name}”`);
  await expect(suggestion).toContainText("The account has no customer in Stripe yet.");
  await expect(suggestion.getByRole("link", { name })).toHaveAttribute("href", `/accounts/${id}`);
  await check(page);
  await page.setViewportSize(PHONE);
  await check(page);
  await page.setViewportSize({ width: 1440, height: 900 });

  const link = suggestion.getByRole("button", { name: `Link ${name} to ${name}` });
  await link.focus();
  await page.keyboard.press("Enter");
  await expect(page.locator(".outcome")).toBeFocused();
  await expect(page.locator(".outcome")).toHaveText(`Linked ${name} (Stripe) to ${name}`);
  await expect(row).toHaveCount(0, { timeout: 30_000 });
  const decided = page.getByRole("region", { name: "Decided of late" }).getByRole("listitem").first();
  await expect(decided).toContainText("Applied", { timeout: 30_000 });
  await check(page);

  await expect.poll(async () => stripeOf(await account(page, id)), { timeout: 30_000 }).toBe("complete");
  const judged = await account(page, id);
  expect(judged.variance.band).not.toBe("cannot_judge");
  await openAccount(page, id);
  await expect(page.locator(".linked li").filter({ hasText: "linked by decision" })).toHaveCount(1);
  await check(page);

  await page.goto("/links");
  await page.getByRole("button", { name: `Undo: Linked ${name} (Stripe) to ${name}` }).click();
  await expect(row).toHaveCount(1, { timeout: 30_000 });
  await expect.poll(async () => stripeOf(await account(page, id)), { timeout: 30_000 }).toBe("unlinked");
  await expect(row.getByRole("button", { name: `Link ${name} to ${name}` })).toBeVisible({ timeout: 30_000 });
});

test("usage under an old id is suggested to the account that lacks it; any account can be found by keyboard", async ({
  page,
  watch,
}) => {
  watch.expectComplaints(/401/);
  const id = await planted("unlinked_amplitude");
  await signIn(page, "adam", "/links?source=amplitude");
  const { name } = await account(page, id);
  const row = page.locator(".links-customer").first();
  await expect(row.getByRole("link", { name })).toBeVisible({ timeout: 30_000 });
  await expect(row).toContainText("lack usage");
  await row.getByRole("button", { name: /^Find another account/ }).press("Enter");
  const box = row.getByRole("searchbox");
  await expect(box).toBeFocused();
  await box.fill(name.split(" ")[0]);
  await expect(row.locator(".links-found li").first()).toBeVisible();
  await check(page);
  await page.setViewportSize(PHONE);
  await check(page);
  await page.keyboard.press("Escape");
  await expect(row.getByRole("searchbox")).toHaveCount(0);
});

test("an administrator takes a customer off at its account, and the undo restores it", async ({ page, watch }) => {
  test.setTimeout(180_000);
  watch.expectComplaints(/401/);
  const id = await planted("no_activity");
  await signIn(page, "adam", `/accounts/${id}`);
  const { name } = await account(page, id);
  const linked = page.locator(".linked li").filter({ hasText: "Stripe" });
  await linked.getByRole("button", { name: /^Take .* off/ }).click();
  await expect(page.getByRole("button", { name: "Unlink it" })).toBeFocused();
  await check(page);
  await page.keyboard.press("Enter");
  await expect.poll(async () => stripeOf(await account(page, id)), { timeout: 30_000 }).toBe("unlinked");
  await page.goto("/links");
  await expect(page.locator(".links-customer").filter({ hasText: name })).toContainText("which is not suggested again");
  await page
    .getByRole("button", { name: /^Undo: Took .* \(Stripe\) off/ })
    .first()
    .click();
  await expect.poll(async () => stripeOf(await account(page, id)), { timeout: 30_000 }).toBe("complete");
  await openAccount(page, id);
  await expect(linked).toContainText("linked by exact key");
});

test("nobody else has the page, and nobody else takes a customer off", async ({ page, watch }) => {
  watch.expectComplaints(/401/);
  await signIn(page, "ana", "/links");
  await expect(page.getByText("Not for this role")).toBeVisible();
  await openAccount(page, await planted("no_activity"));
  await expect(page.locator(".linked li").first()).toBeVisible();
  await expect(page.getByRole("button", { name: /^Take .* off/ })).toHaveCount(0);
});
