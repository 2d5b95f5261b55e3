import { expect, openPortfolio, signIn, test } from "../../services/dashboard-web/e2e/harness.ts";

test.describe("without a session", () => {
  test.use({ user: "" });

  test("a deep address comes back after signing in, and signing out ends it", async ({ page, watch }) => {
    watch.expectComplaints(/401/);
    await signIn(page, "dev", "/?flagged=true&sort=name");
    await expect(page).toHaveURL(/\?flagged=true&sort=name$/);
    await expect(page.getByRole("button", { name: "Flagged" })).toHaveAttribute("aria-pressed", "true");
    await page.getByRole("button", { name: /Dev Patel/ }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
    expect((await page.request.get("/api/v1/me")).status()).toBe(401);
  });

  test("a session that ends keeps the figures on the screen", async ({ page, watch }) => {
    watch.expectComplaints(/401/);
    await signIn(page, "dev");
    await expect(page.locator(".account-link").first()).toBeVisible();
    await page.context().clearCookies();
    await page.getByRole("columnheader", { name: "Account" }).getByRole("button").click();
    await expect(page.getByText("Your session has ended.")).toBeVisible();
    await expect(page.getByRole("link", { name: "Sign in again" }).first()).toHaveAttribute(
      "href",
      /return_to=%2F%3Fsort%3Dname/,
    );
  });
});

test.describe("support", () => {
  test.use({ user: "sam" });

  test("sees no payments", async ({ page }) => {
    await openPortfolio(page);
    await expect(page.getByRole("columnheader", { name: "Variance", exact: true })).toBeVisible();
    await expect(page.getByRole("columnheader", { name: "Status" })).toHaveCount(0);
    await page.locator(".account-link").first().click();
    await expect(page.getByRole("heading", { name: "Invoices" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Payments" })).toHaveCount(0);
  });
});

test.describe("the product owner", () => {
  test.use({ user: "olga" });

  test("is told that the role has no portfolio", async ({ page }) => {
    await page.goto("/");
    await expect(page.getByText("No portfolio for this role")).toBeVisible();
  });
});

test("an account of nobody says so", async ({ page, watch }) => {
  watch.expectComplaints(/404/);
  await page.goto("/accounts/nobody");
  await expect(page.getByRole("alert")).toContainText("not in your portfolio");
});
