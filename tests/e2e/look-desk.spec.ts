import { expect, expectAccessible, openPortfolio, type Page, test } from "../../services/dashboard-web/e2e/harness.ts";
import { expectFits, smallTargets } from "../../services/dashboard-web/e2e/looks.ts";

const SCREENS = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
  narrow: { width: 320, height: 640 },
};

/** The list with ticks, the panel in each of its states. */
async function everyExportState(page: Page, check: (part?: string) => Promise<void>) {
  await openPortfolio(page);
  await page.locator("tbody").getByRole("checkbox").nth(1).check();
  // In a window that holds everything, nothing is half under the bars at its head and foot.
  const size = page.viewportSize() ?? SCREENS.desktop;
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: size.width, height: height + 300 });
  await check();
  await page.setViewportSize(size);
  const panel = page.locator(".export-panel");
  await page.getByRole("button", { name: "Export CSV" }).click();
  await expect(panel.locator(".export-quota strong")).toBeVisible();
  await check(".export-panel");
  await page.route("**/api/v1/exports", (route) => route.abort());
  await panel.getByRole("button", { name: /^Download/ }).click();
  await expect(panel.getByRole("alert")).toBeVisible();
  await check(".export-panel");
  await page.unroute("**/api/v1/exports");
  await panel.getByRole("button", { name: "Back to the choice" }).click();
  const download = panel.getByRole("button", { name: /^Download/ });
  await expect(download).not.toHaveAttribute("aria-disabled");
  await download.click();
  await expect(panel.getByText(/^Downloaded, /)).toBeVisible();
  await check(".export-panel");
  await page.keyboard.press("Escape");
}

async function everyAdminScreen(page: Page, check: () => Promise<void>) {
  await page.goto("/sessions");
  await expect(page.locator("tbody tr").first()).toBeVisible();
  await check();
  await page.getByRole("button", { name: "End all other sessions" }).click();
  await check();
  await page.goto("/audit");
  await expect(page.locator("tbody tr").first()).toBeVisible();
  await check();
  await page.goto("/links");
  await expect(page.locator(".links-customer").first()).toBeVisible();
  await check();
  await page.goto("/figures");
  await expect(page.getByRole("region", { name: "Forecast to quarter end" })).toBeVisible();
  await check();
  await page.goto("/audit?user=nobody-at-all");
  await expect(page.getByText("No entry matches")).toBeVisible();
  await check();
}

for (const [screen, viewport] of Object.entries(SCREENS)) {
  for (const scheme of ["light", "dark"] as const) {
    test.describe(`${screen}, ${scheme}`, () => {
      test.use({ viewport, colorScheme: scheme });
      test.setTimeout(180_000);

      const check = (page: Page) => async (part?: string) => {
        await expectAccessible(page, part);
        await expectFits(page);
        expect(await smallTargets(page)).toEqual([]);
      };

      test.describe("exports", () => {
        test.use({ user: "ana" });

        test("are accessible and fit in every state", async ({ page, watch }) => {
          watch.expectComplaints(/ERR_FAILED/);
          await everyExportState(page, check(page));
        });
      });

      test.describe("administration", () => {
        test.use({ user: "adam" });

        test("is accessible and fits", async ({ page }) => {
          await everyAdminScreen(page, check(page));
        });
      });
    });
  }
}

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

test("nothing scrolls sideways at any width while rows can be ticked", async ({ page }) => {
  await openPortfolio(page);
  for (const width of [640, 641, 800, 801, 900, 901, 1120, 1121, 1320, 1321]) {
    await page.setViewportSize({ width, height: 800 });
    await expectFits(page);
  }
});
