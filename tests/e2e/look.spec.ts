import {
  expect,
  expectAccessible,
  openAccount,
  openPortfolio,
  type Page,
  planted,
  test,
} from "../../services/dashboard-web/e2e/harness.ts";
import { expectFits, smallTargets } from "../../services/dashboard-web/e2e/looks.ts";

const SCREENS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

async function everyScreen(page: Page, check: () => Promise<void>) {
  await openPortfolio(page);
  await check();
  await openPortfolio(page, "?band=cannot_judge");
  await check();
  await openAccount(page, await planted("variance_7_over"));
  await page.locator(".chart svg").waitFor();
  await check();
  await openAccount(page, await planted("unlinked_stripe"));
  await check();
}

for (const [screen, viewport] of Object.entries(SCREENS)) {
  for (const scheme of ["light", "dark"] as const) {
    test.describe(`${screen}, ${scheme}`, () => {
      test.use({ viewport, colorScheme: scheme });

      test("no accessibility violation on any screen", async ({ page }) => {
        test.setTimeout(120_000);
        await everyScreen(page, () => expectAccessible(page));
      });
    });
  }
}

test.describe("signed out", () => {
  test.use({ user: "" });

  test("the sign-in is accessible", async ({ page, watch }) => {
    watch.expectComplaints(/401/);
    await page.goto("/");
    await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
    await expectAccessible(page);
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

test.describe("320 px wide", () => {
  test.use({ viewport: { width: 320, height: 640 } });

  test("nothing scrolls sideways and every target can be hit", async ({ page }) => {
    await everyScreen(page, async () => {
      await expectFits(page);
      expect(await smallTargets(page)).toEqual([]);
    });
  });
});

test("targets are large enough on a desktop, and nothing scrolls sideways in between", async ({ page }) => {
  await openPortfolio(page);
  expect(await smallTargets(page)).toEqual([]);
  for (const width of [640, 641, 800, 960, 1060, 1240]) {
    await page.setViewportSize({ width, height: 800 });
    await expectFits(page);
  }
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
