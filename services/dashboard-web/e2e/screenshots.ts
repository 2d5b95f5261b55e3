import { fileURLToPath } from "node:url";
import { openAccount, openPortfolio, planted, test } from "./harness.ts";

const IMAGES = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const SCREENS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

test.use({ user: "fay", reducedMotion: "reduce" });

for (const [screen, viewport] of Object.entries(SCREENS)) {
  for (const scheme of ["light", "dark"] as const) {
    test.describe(`${screen}, ${scheme}`, () => {
      test.use({ viewport, colorScheme: scheme });

      test("portfolio", async ({ page }) => {
        await openPortfolio(page);
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: `${IMAGES}portfolio-${screen}-${scheme}.png` });
      });

      test("account", async ({ page, request }) => {
        const flagged = await request.get("/api/v1/accounts?flagged=true&band=under_billed&page_size=1");
        const { items } = (await flagged.json()) as { items: { client_id: string }[] };
        await openAccount(page, items[0]?.client_id ?? (await planted("variance_7_under")));
        await page.locator(".chart svg").waitFor();
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: `${IMAGES}account-${screen}-${scheme}.png`, fullPage: screen === "desktop" });
      });
    });
  }
}
