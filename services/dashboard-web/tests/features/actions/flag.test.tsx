import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { writings } from "@/features/actions/flag/store";
import { flagCircuit } from "@/shared/actions/circuits";
import type { Flag, FlagDraft } from "@/shared/api/actions";
import { draft, flag, manager, retryable } from "../../mock-api/action-builders";
import { item, minutesAgo, portfolio } from "../../mock-api/builders";
import { open } from "../../support/screen";
import { API, problem, server } from "../../support/server";

interface Posted {
  key: string | null;
  body: Record<string, unknown>;
}

interface World {
  posted: Posted[];
  asked: URLSearchParams[];
  /** How the flag stands now. */
  now: Partial<Flag>;
  drafts: Partial<FlagDraft>;
  answers: (() => Response)[];
}

function serve(given: Partial<World> = {}): World {
  const world: World = { posted: [], asked: [], now: {}, drafts: {}, answers: [], ...given };
  server.use(
    http.get(`${API}/me`, () => HttpResponse.json(manager())),
    http.get(`${API}/accounts/:id`, () => HttpResponse.json(retryable())),
    http.get(`${API}/accounts/:id/flags/draft`, ({ request }) => {
      const query = new URL(request.url).searchParams;
      world.asked.push(query);
      const channel = query.get("channel") as "slack" | "email";
      const targets = channel === "email" ? [{ id: "ar", label: "Accounts receivable" }] : draft().targets;
      return HttpResponse.json(draft({ channel, targets, ...world.drafts }));
    }),
    http.post(`${API}/accounts/:id/flags`, async ({ request }) => {
      world.posted.push({
        key: request.headers.get("Idempotency-Key"),
        body: (await request.json()) as Record<string, unknown>,
      });
      return world.answers[world.posted.length - 1]?.() ?? HttpResponse.json(flag(), { status: 202 });
    }),
    http.get(`${API}/flags/:id`, () => HttpResponse.json(flag(world.now))),
  );
  return world;
}

async function openPanel() {
  const page = open("/accounts/acct_0001");
  const button = await screen.findByRole("button", { name: "Flag issue" });
  await page.user.click(button);
  const panel = await screen.findByRole("region", { name: "Flag an issue with Harbor Analytics" });
  await within(panel).findByRole("textbox", { name: "Text" });
  return { ...page, button, panel: within(panel), element: panel };
}

beforeEach(() => {
  writings.set({});
  flagCircuit.reset();
});

describe("the draft of a flag", () => {
  it("comes with the account's evidence, as it will look", async () => {
    serve();
    const { panel } = await openPanel();
    const preview = within(panel.getByRole("figure"));
    expect(preview.getByText(/^Harbor Analytics: October 2026/)).toBeTruthy();
    expect(preview.getByText("-255.00 USD (-5.10 %)")).toBeTruthy();
    expect(preview.getByText("to #billing-issues")).toBeTruthy();
    expect(preview.getByText(/Informational only/)).toBeTruthy();
  });

  it("shows what is edited, and text stays text", async () => {
    serve();
    const { panel, user } = await openPanel();
    const text = panel.getByRole("textbox", { name: "Text" });
    await user.clear(text);
    await user.type(text, "<b>Look</b> at <!channel> & this");
    expect(panel.getByRole("figure").textContent).toContain("<b>Look</b> at <!channel> & this");
    expect(panel.getByRole("figure").querySelector("b")).toBeNull();
  });

  it("has recipients and words of its own for each channel, and keeps the edits of both", async () => {
    serve();
    const { panel, user } = await openPanel();
    await user.type(panel.getByRole("textbox", { name: "Title" }), "!");
    await user.click(panel.getByRole("radio", { name: "E-mail" }));
    expect(await panel.findByRole("combobox", { name: "To" })).toHaveProperty("value", "ar");
    expect(panel.getByRole("textbox", { name: "Subject" })).toHaveProperty("value", draft().subject);
    await user.click(panel.getByRole("radio", { name: "Slack" }));
    expect(await panel.findByRole("textbox", { name: "Title" })).toHaveProperty("value", `${draft().subject}!`);
  });

  it("is about the discrepancy that it was opened at", async () => {
    const { asked, posted } = serve();
    const { user } = open("/accounts/acct_0001");
    const part = within(await screen.findByRole("region", { name: "Discrepancies" }));
    await user.click(part.getByRole("button", { name: "Flag issue: Under-billed, October 2026" }));
    await user.click(await part.findByRole("button", { name: "Send" }));
    await waitFor(() => expect(posted).toHaveLength(1));
    expect(asked[0]?.get("discrepancy")).toBe("under_billed");
    expect(posted[0]?.body).toMatchObject({ discrepancy: "under_billed", period_start: "2026-10-01" });
  });

  it("cannot be sent to nobody, nor without a text", async () => {
    const { posted } = serve({ drafts: { targets: [] } });
    const { panel, user } = await openPanel();
    expect(panel.getByText(/Nobody is set up to be told this way/)).toBeTruthy();
    await user.click(panel.getByRole("button", { name: "Send" }));
    expect(posted).toHaveLength(0);
  });

  it("takes the focus, closes on Escape, gives the focus back and keeps what was written", async () => {
    serve();
    const { panel, element, button, user } = await openPanel();
    await waitFor(() => expect(document.activeElement).toBe(element));
    await user.type(panel.getByRole("textbox", { name: "Title" }), "?");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(document.activeElement).toBe(button));
    await user.click(button);
    expect(await screen.findByRole("textbox", { name: "Title" })).toHaveProperty("value", `${draft().subject}?`);
  });

  it("that cannot be made says why, and the button goes grey", async () => {
    serve();
    server.use(
      http.get(`${API}/accounts/:id/flags/draft`, () => problem(500, "internal", "Broken", "It is written down.")),
    );
    const { user } = open("/accounts/acct_0001");
    await user.click(await screen.findByRole("button", { name: "Flag issue" }));
    expect((await screen.findByRole("alert")).textContent).toBe("It is written down.");
    expect(screen.getByRole("button", { name: "Flag issue" }).getAttribute("aria-disabled")).toBe("true");
    expect(screen.getAllByText(/Trueup answers with an error \(500\)/).length).toBeGreaterThan(0);
  });
});

describe("a flag that is sent", () => {
  it("is one request with what was shown, and its delivery is followed to the message", async () => {
    const world = serve();
    const { panel, user } = await openPanel();
    await user.dblClick(panel.getByRole("button", { name: "Send" }));
    expect(await panel.findByText("Waiting to be sent…")).toBeTruthy();
    expect(world.posted).toHaveLength(1);
    expect(world.posted[0]?.body).toEqual({
      channel: "slack",
      target: "billing",
      discrepancy: null,
      period_start: null,
      subject: draft().subject,
      text: draft().text,
      resend: false,
    });
    world.now = { state: "sent", sent_at: minutesAgo(0), permalink: "https://chat.example.com/p1" };
    const link = await panel.findByRole("link", { name: "Open the message" });
    expect(link.getAttribute("href")).toBe("https://chat.example.com/p1");
    expect(panel.getByText("Sent")).toBeTruthy();
  });

  it("that has not arrived says why and can be sent again, as a new message", async () => {
    const world = serve({ now: { state: "failed", reason: "the channel does not exist" } });
    const { panel, user } = await openPanel();
    await user.click(panel.getByRole("button", { name: "Send" }));
    expect(
      await panel.findByText(/It has not reached #billing-issues by Slack: the channel does not exist/),
    ).toBeTruthy();
    await user.click(panel.getByRole("button", { name: "Send again" }));
    await user.click(await panel.findByRole("button", { name: "Send" }));
    await waitFor(() => expect(world.posted).toHaveLength(2));
    expect(world.posted[1]?.key).not.toBe(world.posted[0]?.key);
  });

  it("that waits for another try says so", async () => {
    serve({ now: { state: "queued", reason: "ratelimited" } });
    const { user, panel } = await openPanel();
    await user.click(panel.getByRole("button", { name: /^Send/ }));
    expect(await panel.findByText(/It is tried again: Slack takes no more messages for the moment\./)).toBeTruthy();
  });

  it("that may have arrived asks to look first", async () => {
    const { posted } = serve({ now: { state: "unknown", reason: "no answer" } });
    const { panel, user } = await openPanel();
    await user.click(panel.getByRole("button", { name: "Send" }));
    expect(
      await panel.findByText(/It may have arrived at #billing-issues by Slack; look before you send again/),
    ).toBeTruthy();
    expect(panel.queryByText("Sent")).toBeNull();
    await user.click(panel.getByRole("button", { name: "Send again" }));
    await user.click(await panel.findByRole("button", { name: "Send" }));
    await waitFor(() => expect(posted).toHaveLength(2));
    expect(posted[1]?.body.resend).toBe(true);
  });

  it("without an answer is asked for again with the same key and the same words", async () => {
    const { posted } = serve({ answers: [() => HttpResponse.error()] });
    const { panel, user } = await openPanel();
    await user.click(panel.getByRole("button", { name: "Send" }));
    expect((await panel.findByRole("alert")).textContent).toContain("the message may be on its way");
    expect(panel.getByRole("textbox", { name: "Text" })).toHaveProperty("readOnly", true);
    act(() => flagCircuit.reset());
    await user.click(panel.getByRole("button", { name: "Ask again" }));
    await panel.findByText("Waiting to be sent…");
    expect(posted[1]).toEqual(posted[0]);
  });

  it("that is refused says why", async () => {
    serve({ answers: [() => problem(422, "unknown_target", "Not sent", "There is no such recipient.")] });
    const { panel, user } = await openPanel();
    await user.click(panel.getByRole("button", { name: "Send" }));
    expect((await panel.findByRole("alert")).textContent).toBe("There is no such recipient.");
    expect(panel.getByRole("button", { name: "Send" }).getAttribute("aria-disabled")).toBeNull();
  });

  it("that somebody has sent before is not sent twice, and says so", async () => {
    serve({ now: { state: "sent", repeated: true, flagged_by_name: "Ben Brandt" } });
    const { panel, user } = await openPanel();
    await user.click(panel.getByRole("button", { name: "Send" }));
    expect(
      await panel.findByText(/Not sent again: Ben Brandt has sent this issue to #billing-issues by Slack/),
    ).toBeTruthy();
  });
});

describe("the mark of a flag", () => {
  const mark = { by: "ana", by_name: "Ana Alvarez", at: minutesAgo(120), state: "sent" };

  it("stands in the grid and at the head of the account", async () => {
    server.use(http.get(`${API}/accounts`, () => HttpResponse.json(portfolio([{ ...item(), flag: mark } as never]))));
    open("/");
    expect(
      await screen.findByText("flagged by Ana, 2 h ago", { exact: false, selector: ".why .flag-mark" }),
    ).toBeTruthy();
  });

  it("says when the delivery is not plainly done", async () => {
    serve();
    server.use(
      http.get(`${API}/accounts/:id`, () =>
        HttpResponse.json(retryable(null, { flag: { ...mark, state: "unknown" } })),
      ),
    );
    open("/accounts/acct_0001");
    expect((await screen.findByText(/flagged by Ana/)).textContent).toBe(
      " flagged by Ana, 2 h ago (delivery not known)",
    );
  });
});
