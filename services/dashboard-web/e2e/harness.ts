/** What every browser test has: a page that is signed in, and the certainty that nothing went wrong unseen. */
import AxeBuilder from "@axe-core/playwright";
import { type APIRequestContext, test as base, expect, type Locator, type Page } from "@playwright/test";
import { URL_OF_STACK } from "./stack.ts";

export {
  bearer,
  charges,
  happen,
  happenOften,
  mails,
  payScript,
  paySettle,
  planted,
  type Step,
  slackMessages,
  withhold,
} from "./stack.ts";
export type { APIRequestContext, Locator, Page };
export { expect };

interface Options {
  user: string;
}

interface Fixtures {
  /** Console errors and requests to other hosts; the test fails when there is one at its end. */
  watch: { complaints: string[]; expectComplaints: (pattern: RegExp) => void };
}

/** Through the issuer's own page, as a person does. */
export async function signIn(page: Page, user: string, place = "/"): Promise<void> {
  await page.goto(place);
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.locator(`button[value="${user}"]`).click();
  await page.waitForURL((url) => url.origin === new URL(URL_OF_STACK).origin && !url.pathname.startsWith("/api/"));
}

/** The grid with its rows in. */
export async function openPortfolio(page: Page, query = ""): Promise<void> {
  await page.goto(`/${query}`);
  await expect(page.locator(".account-link").first()).toBeVisible();
}

/** The account with its figures in. */
export async function openAccount(page: Page, clientId: string): Promise<void> {
  await page.goto(`/accounts/${clientId}`);
  await expect(page.getByRole("heading", { level: 1 })).not.toHaveText("");
  await expect(page.locator(".facts dl, dl.facts")).toBeVisible();
}

/** A flagged account of the login that is signed in. */
export async function ownAccount(page: Page): Promise<string> {
  const list = await page.request.get("/api/v1/accounts?page_size=1&flagged=true");
  const { items } = (await list.json()) as { items: { client_id: string }[] };
  return items[0]?.client_id ?? "";
}

const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** WCAG 2.2 AA and good practice, no exceptions; of a part of the page, or by single rules, when they are named. */
export async function expectAccessible(page: Page, part = "html", rules?: string[]): Promise<void> {
  // There are no frames, so all of it runs in the page itself, and only what is wrong is described: a third of the time.
  const axe = new AxeBuilder({ page })
    .options({ resultTypes: ["violations"] })
    .include(part)
    .setLegacyMode();
  const { violations } = await (rules ? axe.withRules(rules) : axe.withTags(AXE_TAGS)).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`),
  ).toEqual([]);
}

export const test = base.extend<Options & Fixtures>({
  user: ["fay", { option: true }],
  watch: [
    async ({ page, baseURL }, use) => {
      const complaints: string[] = [];
      const expected: RegExp[] = [];
      const home = new URL(baseURL ?? URL_OF_STACK).hostname;
      page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
      page.on("console", (message) => {
        const ours = !message.location().url || new URL(message.location().url).origin === new URL(URL_OF_STACK).origin;
        if (message.type() === "error" && ours) complaints.push(`console: ${message.text()}`);
      });
      page.on("request", (request) => {
        const { protocol, hostname } = new URL(request.url());
        if (protocol.startsWith("http") && hostname !== home) complaints.push(`asked ${hostname}`);
      });
      await use({ complaints, expectComplaints: (pattern) => expected.push(pattern) });
      expect(complaints.filter((one) => !expected.some((pattern) => pattern.test(one)))).toEqual([]);
    },
    { auto: true },
  ],
  storageState: async ({ user }, use) => use(user ? `test-results/.auth/${user}.json` : undefined),
});
