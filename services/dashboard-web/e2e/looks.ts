/** What every screen has to hold, whatever it shows. */
import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "./harness.ts";

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const NARROW = { width: 320, height: 640 };

/** The rules about colours: nothing else differs between light and dark. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/** Nothing scrolls sideways, once what floats has followed the new width. */
export async function expectFits(page: Page): Promise<void> {
  const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await expect.poll(over, { timeout: 5_000 }).toBeLessThanOrEqual(0);
}

/** Targets below 24 px that no spacing excuses; links inside a sentence and the captions of fields are exempt. */
export async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLElement>(
        "button, input:not([type=checkbox], [type=radio]), label:not(.mantine-InputWrapper-label), select, summary, nav a, .account-link, .figure",
      ),
    ]
      .filter((element) => element.checkVisibility() && !element.closest("td:not(.col-select, .row-actions), tbody th"))
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.height < 24 || box.width < 24))
      .map(({ element, box }) => `${element.className} ${box.width}x${box.height}`),
  );
}

/**
 * The state that the page is in, on a desktop and on a phone, light and dark: no violation, nothing scrolls sideways,
 * every target can be hit, down to 320 px. `part` is what axe looks at, on the desktop alone, where the rest was looked at
 * before.
 */
export async function expectEveryLook(page: Page, part = "html"): Promise<void> {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  for (const screen of [NARROW, PHONE, DESKTOP]) {
    await page.setViewportSize(screen);
    await expectFits(page);
    expect(await smallTargets(page)).toEqual([]);
    if (screen === DESKTOP || (screen === PHONE && part === "html")) await expectAccessible(page, part);
  }
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await expectAccessible(page, part, COLOURS);
}
