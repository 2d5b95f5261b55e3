/** A person without a mouse: goes from stop to stop, must see where they are, and hears what changes. */
import { expect, type Locator, type Page } from "@playwright/test";

const STOPS_MAX = 250;

/** Why the element with the focus cannot be seen as such; null when it can. */
function unseen(): string | null {
  const one = document.activeElement;
  // Between the last stop and the first lies the browser's own bar.
  if (!(one instanceof HTMLElement) || one === document.body) return null;
  const name = `${one.tagName} ${one.className} "${(one.textContent ?? "").trim().slice(0, 40)}"`;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
  if ((outlineStyle === "none" || Number.parseFloat(outlineWidth) === 0) && boxShadow === "none")
    return `${name} shows no focus`;
  const box = one.getClientRects()[0];
  if (!box || box.width === 0) return `${name} has no place`;
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return `${name} is outside the window`;
  const top = document.elementFromPoint(x, y);
  return top && (one.contains(top) || top.contains(one)) ? null : `${name} lies under ${top?.className}`;
}

/** Press Tab until this has the focus; each stop on the way shows that it has it, and nothing lies over it. */
export async function tabTo(page: Page, goal: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await goal.first().waitFor();
  for (let pressed = 0; pressed < STOPS_MAX; pressed += 1) {
    if (await goal.evaluateAll((found) => found.includes(document.activeElement as HTMLElement))) return;
    await page.keyboard.press(key);
    expect(await page.evaluate(unseen)).toBeNull();
  }
  throw new Error(`no way to ${goal} with the keyboard`);
}

declare global {
  interface Window {
    trueupSaid: string[];
  }
}

/**
 * Write down what a screen reader would say unasked: a change inside a live region that was there before, or an alert
 * that comes into being. Before the page is opened.
 */
export async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const said: string[] = [];
    window.trueupSaid = said;
    const hear = (element: Element) => said.push((element.textContent ?? "").trim().replace(/\s+/g, " "));
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        const place = target instanceof Element ? target : target.parentElement;
        const region = place?.closest("[role=status], [role=alert], [aria-live=polite], [aria-live=assertive]");
        if (region) hear(region);
        for (const node of addedNodes) {
          if (region || !(node instanceof Element)) continue;
          if (node.matches("[role=alert]")) hear(node);
          for (const alert of node.querySelectorAll("[role=alert]")) hear(alert);
        }
      }
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
}

/** It was said, or is said within the time that expectations have. */
export async function expectSaid(page: Page, words: RegExp): Promise<void> {
  await expect.poll(() => page.evaluate(() => window.trueupSaid)).toContainEqual(expect.stringMatching(words));
}
