/** Every screen as it mostly is, on a desktop and on a phone, light and dark. */
import {
  expect,
  expectAccessible,
  openAccount,
  openPortfolio,
  planted,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";
import { expectEveryLook, expectFits, smallTargets } from "../../services/dashboard-web/e2e/looks.ts";

test("the portfolio, full and of what cannot be judged", async ({ page }) => {
  await openPortfolio(page);
  await expectEveryLook(page);
  await openPortfolio(page, "?band=cannot_judge");
  await expectEveryLook(page);
});

for (const situation of ["variance_7_over", "unlinked_stripe", "ended_account"]) {
  test(`the account ${situation} and its invoices`, async ({ page }) => {
    const id = await planted(situation);
    await openAccount(page, id);
    if (situation === "variance_7_over") await page.locator(".chart svg").waitFor();
    await expectEveryLook(page);
    if (situation !== "variance_7_over") return;
    await page.goto(`/accounts/${id}/invoices`);
    await expect(page.locator("tbody tr").first()).toBeVisible();
    await expectEveryLook(page);
  });
}

test.describe("as an administrator", () => {
  test.use({ user: "adam" });

  test("sessions, and the question before all are ended", async ({ page }) => {
    await page.goto("/sessions");
    await expect(page.locator("tbody tr").first()).toBeVisible();
    await expectEveryLook(page);
    await page.getByRole("button", { name: "End all other sessions" }).click();
    await expectEveryLook(page);
  });

  test("the links that wait for a decision", async ({ page }) => {
    await page.goto("/links");
    await expect(page.locator(".links-customer").first()).toBeVisible();
    await expectEveryLook(page);
  });

  test("the audit log, full and empty", async ({ page }) => {
    await page.goto("/audit");
    await expect(page.locator("tbody tr").first()).toBeVisible();
    await expectEveryLook(page);
    await page.goto("/audit?user=nobody-at-all");
    await expect(page.getByText("No entry matches")).toBeVisible();
    await expectEveryLook(page);
  });
});

test("the figures' meanings, full and empty", async ({ page }) => {
  await page.goto("/figures");
  await expect(page.getByRole("region", { name: "Forecast to quarter end" })).toBeVisible();
  await expectEveryLook(page);
  await page.getByRole("searchbox", { name: "Search the figures" }).fill("nothing like it");
  await expect(page.locator(".figure-entry")).toHaveCount(0);
  await expectEveryLook(page);
});

test.describe("signed out", () => {
  test.use({ user: "" });

  test("the sign-in, also after one that failed", async ({ page, watch }) => {
    watch.expectComplaints(/401/);
    for (const place of ["/", "/login?error=login_expired"]) {
      await page.goto(place);
      await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
      await expectEveryLook(page);
    }
  });
});

test("open menus and filters are accessible, and Escape gives the focus back", async ({ page }) => {
  await openPortfolio(page);
  const filters = page.getByRole("search");
  const buttons = [
    filters.getByRole("button", { name: "Status" }),
    filters.getByRole("button", { name: "Dates" }),
    page.getByRole("button", { name: /Fay Okafor/ }),
  ];
  for (const button of buttons) {
    await button.click();
    // What lies half under it cannot be pressed and is not measured.
    await expectAccessible(page, ".mantine-Popover-dropdown");
    await page.keyboard.press("Escape");
    await expect(button).toBeFocused();
  }
});

test("at no width does anything scroll sideways, also while rows can be ticked", async ({ page }) => {
  await openPortfolio(page);
  for (const width of [640, 641, 800, 801, 900, 901, 960, 1060, 1120, 1121, 1240, 1320, 1321]) {
    await page.setViewportSize({ width, height: 800 });
    await expectFits(page);
  }
  expect(await smallTargets(page)).toEqual([]);
});

test("the bar over the ticked rows never hides what has the focus", async ({ page }) => {
  await openPortfolio(page);
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  for (let row = 0; row < 30; row += 1) await page.keyboard.press("j");
  const hidden = await page.evaluate(() => {
    const box = document.activeElement?.getBoundingClientRect();
    const bar = document.querySelector(".selection")?.getBoundingClientRect();
    return box !== undefined && bar !== undefined && box.bottom > bar.top && box.top < bar.bottom;
  });
  expect(hidden).toBe(false);
});

test.describe("with reduced motion", () => {
  test.use({ reducedMotion: "reduce" });

  test("nothing moves", async ({ page }) => {
    await openPortfolio(page);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });
});

test("the choice of dark stays after a reload", async ({ page }) => {
  await openPortfolio(page);
  await page.getByRole("button", { name: /Fay Okafor/ }).click();
  await page.getByRole("radio", { name: "Dark" }).check();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});
