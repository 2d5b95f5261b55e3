/** What every screen has to hold, whatever it shows. */
import { expect, type Page } from "@playwright/test";

/** Nothing scrolls sideways. */
export async function expectFits(page: Page): Promise<void> {
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  expect(scroll).toBeLessThanOrEqual(client);
}

/** Targets below 24 px that no spacing excuses; links inside a sentence are exempt. */
export async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLElement>(
        "button, input:not([type=checkbox], [type=radio]), label, select, summary, nav a, .account-link, .figure",
      ),
    ]
      .filter((element) => element.checkVisibility() && !element.closest("td:not(.col-select, .row-actions), tbody th"))
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.height < 24 || box.width < 24))
      .map(({ element, box }) => `${element.className} ${box.width}x${box.height}`),
  );
}
