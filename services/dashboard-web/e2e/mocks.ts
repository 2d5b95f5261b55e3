/** What the API would have to answer for a state that cannot be brought about at will: in the browser, not in the stack. */
import type { Page } from "@playwright/test";

export type Answer = { status: number; contentType: string; body: string };

export const answer = (body: unknown, status = 200): Answer => ({
  status,
  contentType: "application/json",
  body: JSON.stringify(body),
});

export const problem = (status: number, given: { code?: string; title?: string; detail?: string } = {}): Answer => ({
  status,
  contentType: "application/problem+json",
  body: JSON.stringify({
    type: "about:blank",
    title: `Refused with ${status}`,
    code: "made_up",
    detail: "On purpose.",
    trace_id: "0199a1b2",
    ...given,
    status,
  }),
});

/** The API answers what it is asked, with this changed. */
export async function withChange<T>(page: Page, path: string, change: (body: T) => unknown): Promise<void> {
  await page.route(path, async (route) => {
    const real = await route.fetch();
    if (!real.ok()) return route.fulfill({ response: real });
    return route.fulfill({ response: real, json: change((await real.json()) as T) });
  });
}

export const readOnly = (page: Page): Promise<void> =>
  withChange<object>(page, "**/api/v1/me", (me) => ({ ...me, read_only: true }));
