import {
  expect,
  expectAccessible,
  openPortfolio,
  type Page,
  signIn,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";

// Only Chloe's sessions are ended here: the other tests share theirs.
test.use({ user: "" });

const rowsOf = (page: Page, name: string) => page.locator("tbody tr").filter({ hasText: name });

test("an administrator ends one session and then all of a person; the pages say so and the log knows", async ({
  page,
  browser,
  baseURL,
  watch,
}) => {
  test.setTimeout(180_000);
  watch.expectComplaints(/401/);
  const visits = await Promise.all(
    [1, 2, 3].map(async () => {
      const context = await browser.newContext(baseURL ? { baseURL } : {});
      const visit = await context.newPage();
      await signIn(visit, "chloe");
      await openPortfolio(visit);
      return visit;
    }),
  );
  await signIn(page, "adam");
  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Sessions" }).click();
  await expect(rowsOf(page, "Adam Brandt").filter({ hasText: "this session" })).toHaveCount(1);
  const before = await rowsOf(page, "Chloe Laurent").count();
  expect(before).toBeGreaterThanOrEqual(3);

  const one = rowsOf(page, "Chloe Laurent")
    .first()
    .getByRole("button", { name: /^End the session of Chloe/ });
  await one.click();
  await expect(page.getByRole("button", { name: "End it" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(one).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 session ended.")).toBeVisible();
  await expect(rowsOf(page, "Chloe Laurent")).toHaveCount(before - 1);

  await page.getByRole("button", { name: /^End all \d+ sessions of Chloe/ }).click();
  await page.getByRole("button", { name: "End them" }).click();
  await expect(page.getByText(`${before - 1} session${before > 2 ? "s" : ""} ended.`)).toBeVisible();
  await expect(rowsOf(page, "Chloe Laurent")).toHaveCount(0);
  for (const visit of visits) {
    expect((await visit.request.get("/api/v1/me")).status()).toBe(401);
    await visit.getByRole("columnheader", { name: "Account" }).getByRole("button").click();
    await expect(visit.getByText("Your session has ended.")).toBeVisible();
    await visit.context().close();
  }

  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Audit log" }).click();
  await page.getByRole("combobox", { name: "Action" }).selectOption({ label: "Ended several sessions" });
  await expect(page).toHaveURL(/action=sessions\.revoked/);
  await expect(page.locator("tbody tr").first()).toContainText("User: chloe");
  await expect(page.locator("tbody tr").first()).toContainText("adam");
});

test("ending everybody else asks first, and nothing happens without a yes", async ({ page, watch }) => {
  watch.expectComplaints(/401/);
  await signIn(page, "adam", "/sessions");
  const before = await page.locator("tbody tr").count();
  await page.getByRole("button", { name: "End all other sessions" }).click();
  await expect(page.getByText(/Only yours stays; everybody else has to sign in again/)).toBeVisible();
  await page.getByRole("button", { name: "Keep" }).click();
  await page.reload();
  await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThanOrEqual(Math.min(before, 1));
  expect((await page.request.get("/api/v1/me")).status()).toBe(200);
});

test("the audit log goes back page by page, its filters live in the address, and a seal can be copied", async ({
  page,
  context,
  watch,
}) => {
  watch.expectComplaints(/401/);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(page, "adam", "/audit");
  const first = page.locator("tbody tr").first();
  await expect(first).toBeVisible();
  const answer = (await (await page.request.get("/api/v1/audit?limit=1")).json()) as {
    items: { hash: string; seq: number }[];
  };
  await page.reload();
  const latest = answer.items[0];
  await page.getByRole("button", { name: `Copy the whole seal of entry ${latest?.seq}` }).click();
  await expect(page.getByText("Copied")).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(latest?.hash);
  const older = page.getByRole("button", { name: "Older entries" });
  if (await older.isVisible()) {
    await older.click();
    await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThan(50);
  }
  await page.getByRole("textbox", { name: "User" }).fill("adam");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/user=adam/);
  await expect(page.locator("tbody tr", { hasNotText: "adam" })).toHaveCount(0);
  await page.getByRole("textbox", { name: "User" }).fill("nobody-at-all");
  await page.keyboard.press("Enter");
  await expect(page.getByText("No entry matches")).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/user=adam$/);
});

// Others read the same ledger at this moment: it is not disconnected here, only connected anew.
test("an administrator connects QuickBooks again through its own page, and it is read with the new tokens", async ({
  page,
  watch,
}) => {
  watch.expectComplaints(/401/);
  const readAt = async () => {
    const { items } = (await (await page.request.get("/api/v1/sources")).json()) as {
      items: { source: string; as_of: string }[];
    };
    return items.find(({ source }) => source === "quickbooks")?.as_of ?? "";
  };
  await signIn(page, "adam");
  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Connections" }).click();
  const card = page.getByRole("region", { name: "QuickBooks" });
  await expect(card).toContainText("connected");
  await card.getByRole("button", { name: "Disconnect QuickBooks" }).click();
  await expect(page.getByText(/Nothing is read from it until somebody connects again/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Keep" }).click();

  const before = await readAt();
  await card.getByRole("button", { name: "Connect again" }).click();
  await expect(page.getByText("QuickBooks is connected.")).toBeVisible();
  await expect(page).toHaveURL(/\/connections$/);
  await expect.poll(readAt, { timeout: 90_000 }).not.toBe(before);
  await expect(card).toContainText(/Last read(just now|1 min ago)/);

  const guessed = await page.goto("/api/v1/connections/quickbooks/callback?code=c&state=guessed&realmId=1");
  expect(guessed?.status()).toBe(200);
  await expect(page.getByText(/It was not begun in this login/)).toBeVisible();
  await page.goto("/audit?action=connection.made");
  await expect(page.locator("tbody tr").first()).toContainText("adam");
});

for (const place of ["/sessions", "/audit", "/connections"]) {
  test.describe("everybody else", () => {
    test.use({ user: "fay" });

    test(`finds ${place} closed, and no way to it`, async ({ page }) => {
      await page.goto(place);
      await expect(page.getByText("Not for this role")).toBeVisible();
      await expect(page.getByRole("navigation", { name: "Places" })).toHaveCount(0);
      const path = place === "/connections" ? `${place}/quickbooks` : place;
      expect((await page.request.get(`/api/v1${path}`)).status()).toBe(403);
    });
  });
}

for (const user of ["fay", "olga"]) {
  test.describe(`${user} reads the figures`, () => {
    test.use({ user });

    test("from the foot of the page, as many as the API defines, and searches them", async ({ page }) => {
      await page.goto("/");
      await page.getByRole("link", { name: "What the figures mean" }).click();
      await expect(page.getByRole("region", { name: "Forecast to quarter end" })).toContainText(
        /least squares|Formula/i,
      );
      const { items } = (await (await page.request.get("/api/v1/figures")).json()) as { items: { name: string }[] };
      await expect(page.locator(".figure-entry")).toHaveCount(items.length);
      await page.getByRole("searchbox", { name: "Search the figures" }).fill("overdue");
      await expect(page.locator(".figure-entry").first()).toContainText(/overdue/i);
      await expect.poll(() => page.locator(".figure-entry").count()).toBeLessThan(items.length);
    });
  });
}
