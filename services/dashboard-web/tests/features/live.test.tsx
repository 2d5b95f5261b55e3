import { act, screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { patchRows, stillMatches } from "@/features/portfolio/live-rows";
import { waitingFor } from "@/features/portfolio/refresh";
import { downSince, unseen } from "@/shared/api/live";
import { changesOf } from "@/shared/api/live-stream";
import { account } from "../mock-api/account-builders";
import { item, minutesAgo, portfolio, variance } from "../mock-api/builders";
import { FakeEventSource } from "../support/fake-event-source";
import { open } from "../support/screen";
import { API, server } from "../support/server";

describe("a source that answers with errors", () => {
  it("is named, and what was last read stays", async () => {
    server.use(
      http.get(`${API}/sources`, () =>
        HttpResponse.json({
          items: [
            {
              source: "stripe",
              as_of: minutesAgo(3),
              state: "failing",
              reason: "provider_errors",
              since: minutesAgo(4),
            },
          ],
        }),
      ),
    );
    open("/");
    expect(await screen.findByText("Stripe answers with errors.")).toBeTruthy();
    expect(screen.getByText(/You see what was last read/).textContent).toContain("3 min ago");
  });
});

describe("a source that answers again", () => {
  it("has the open account asked for once more: what may be decided depends on it", async () => {
    let asked = 0;
    server.use(
      http.get(`${API}/accounts/:id`, () => {
        asked += 1;
        return HttpResponse.json(account());
      }),
    );
    open("/accounts/acct_0001");
    await screen.findByRole("heading", { level: 1 });
    await waitFor(() => expect(FakeEventSource.opened.length).toBeGreaterThan(0));
    act(() => FakeEventSource.latest.onopen?.());
    const before = asked;
    act(() => FakeEventSource.latest.say("sources", { type: "sources" }));
    await waitFor(() => expect(asked).toBeGreaterThan(before));
  });
});

describe("rows that change", () => {
  const first = item({ client_id: "live_a", name: "Alpha", status: "pending" });
  const second = item({ client_id: "live_b", name: "Beta" });

  it("take new figures where they stand, and only the changed ones are asked for", async () => {
    const asked: string[] = [];
    const paid = { ...first, status: "paid" as const, revision: 2 };
    server.use(
      http.get(`${API}/accounts`, ({ request }) => {
        const query = new URL(request.url).searchParams;
        asked.push(query.get("ids") ?? `page_size=${query.get("page_size")}`);
        return HttpResponse.json(portfolio(query.get("ids") ? [paid] : [first, second]));
      }),
    );
    open("/");
    await screen.findByText("Pending", { selector: "tbody .word" }).catch(() => undefined);
    await screen.findByRole("link", { name: "Alpha" });
    await waitFor(() => expect(FakeEventSource.opened.length).toBeGreaterThan(0));
    act(() => FakeEventSource.latest.onopen?.());
    act(() =>
      FakeEventSource.latest.say("accounts", {
        type: "accounts",
        changes: [
          { client_id: "live_a", revision: 2 },
          { client_id: "elsewhere", revision: 9 },
        ],
      }),
    );
    await waitFor(() => expect(document.querySelector('[data-id="live_a"]')?.textContent).toContain("Paid"), {
      timeout: 4000,
    });
    expect(asked).toContain("live_a");
    expect(document.querySelector('[data-id="live_a"]')?.getAttribute("data-fresh")).toBe("true");
    expect(screen.queryByText(/changed · refresh/)).toBeNull();
  });

  it("keep their place and say so when they would stand elsewhere", () => {
    const moved = { ...second, revision: 5, variance: variance({ amount_minor: 99 }) };
    const { page, displaced, fresh } = patchRows(portfolio([first, second]), ["live_b", "live_a"], [moved], {});
    expect(page.items.map(({ client_id }) => client_id)).toEqual(["live_a", "live_b"]);
    expect(fresh).toEqual(["live_b"]);
    expect(displaced).toEqual(["live_a", "live_b"]);
  });

  it("show their new state also when the filters would no longer let them through", () => {
    const paid = { ...first, revision: 2, status: "paid" as const };
    const { page, displaced } = patchRows(portfolio([first]), ["live_a"], [paid], {
      status: ["pending"],
      sort: "name",
    });
    expect(page.items[0]?.status).toBe("paid");
    expect(displaced).toEqual(["live_a"]);
    expect(stillMatches({ flagged: true, band: ["over_billed"] }, paid)).toBe(false);
    expect(stillMatches({ status: ["paid"] }, paid)).toBe(true);
  });

  it("never go back to an older revision", () => {
    const older = { ...first, revision: 0, status: "void" as const };
    expect(patchRows(portfolio([first]), ["live_a"], [older], {}).page.items[0]?.status).toBe("pending");
  });
});

describe("the stream", () => {
  it("hands a revision out once", () => {
    expect(unseen([{ client_id: "once", revision: 3 }])).toEqual(["once"]);
    expect(
      unseen([
        { client_id: "once", revision: 3 },
        { client_id: "once", revision: 2 },
      ]),
    ).toEqual([]);
    expect(unseen([{ client_id: "once", revision: 4 }])).toEqual(["once"]);
  });

  it("takes what it cannot read for no change", () => {
    expect(changesOf("nonsense")).toEqual([]);
    expect(changesOf('{"changes":[{"client_id":1},{"client_id":"a","revision":1}]}')).toEqual([
      { client_id: "a", revision: 1 },
    ]);
  });

  it("is opened again after it breaks, and everything is asked anew", async () => {
    let asked = 0;
    server.use(
      http.get(`${API}/accounts`, () => {
        asked += 1;
        return HttpResponse.json(portfolio([item()]));
      }),
    );
    open("/");
    await screen.findByRole("link", { name: "Harbor Analytics" });
    await waitFor(() => expect(FakeEventSource.opened.length).toBeGreaterThan(0));
    const before = FakeEventSource.latest;
    act(() => before.onopen?.());
    act(() => before.onerror?.());
    expect(downSince.get()).not.toBeNull();
    await waitFor(() => expect(FakeEventSource.latest).not.toBe(before), { timeout: 4000 });
    const askedBefore = asked;
    act(() => FakeEventSource.latest.onopen?.());
    expect(downSince.get()).toBeNull();
    await waitFor(() => expect(asked).toBeGreaterThan(askedBefore));
  });
});

describe("the manual refresh", () => {
  it("carries the header against forgery and says what it waits for", async () => {
    let csrf: string | null = null;
    server.use(
      http.post(`${API}/syncs`, ({ request }) => {
        csrf = request.headers.get("X-Trueup-Csrf");
        return HttpResponse.json({ request_ids: {} }, { status: 202 });
      }),
    );
    const { user } = open("/");
    await user.click(await screen.findByRole("button", { name: "Refresh" }));
    expect(await screen.findByText(/Asked; waiting for Amplitude, QuickBooks/)).toBeTruthy();
    expect(csrf).toBe("1");
  });

  it("waits for the sources that have not been read since", () => {
    const asked_ms = Date.parse(minutesAgo(2));
    expect(waitingFor(portfolio([]).as_of, asked_ms)).toEqual(["Amplitude"]);
    expect(waitingFor([{ source: "stripe", as_of: null, state: "never" }], asked_ms)).toEqual(["Stripe"]);
  });
});
