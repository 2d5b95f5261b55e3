import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { readAuditSearch } from "@/features/admin/audit-search";
import { byPerson } from "@/features/admin/sessions-table";
import { actionText, detailText } from "@/features/admin/words";
import { me } from "../mock-api/builders";
import { entries, entry, session, sessions } from "../mock-api/desk";
import { addressQuery, open } from "../support/screen";
import { API, problem, server } from "../support/server";

const ADMIN = [...me().permissions.filter((one) => one !== "exports.create"), "sessions.manage", "audit.read"];

beforeEach(() => {
  server.use(http.get(`${API}/me`, () => HttpResponse.json(me({ role: "admin", permissions: ADMIN }))));
});

describe("places", () => {
  it("are in the bar for an administrator, and the one that is open is marked", async () => {
    server.use(http.get(`${API}/sessions`, () => HttpResponse.json({ items: sessions() })));
    open("/sessions");
    const nav = within(await screen.findByRole("navigation", { name: "Places" }));
    expect(nav.getAllByRole("link").map((link) => link.textContent)).toEqual(["Portfolio", "Sessions", "Audit log"]);
    await waitFor(() => expect(nav.getByRole("link", { name: "Sessions" }).getAttribute("aria-current")).toBe("page"));
  });

  it.each(["/sessions", "/audit"])("%s is closed to other roles, and nothing is asked", async (place) => {
    const asked: string[] = [];
    server.use(
      http.get(`${API}/me`, () => HttpResponse.json(me())),
      http.get(`${API}/${place.slice(1)}`, ({ request }) => {
        asked.push(request.url);
        return HttpResponse.json({ items: [], next: null });
      }),
    );
    open(place);
    expect(await screen.findByText("Not for this role")).toBeTruthy();
    expect(screen.queryByRole("navigation", { name: "Places" })).toBeNull();
    expect(asked).toEqual([]);
  });
});

describe("sessions", () => {
  /** The list in order; what was ended is told. */
  function sessionsWork() {
    const ended: string[] = [];
    let items = sessions();
    server.use(
      http.get(`${API}/sessions`, () => HttpResponse.json({ items })),
      http.delete(`${API}/sessions/:id`, ({ params, request }) => {
        ended.push(`${params.id} ${request.headers.get("X-Trueup-Csrf")}`);
        items = items.filter(({ session_id }) => session_id !== params.id);
        return new HttpResponse(null, { status: 204 });
      }),
      http.delete(`${API}/sessions`, ({ request }) => {
        const user = new URL(request.url).searchParams.get("user");
        const keep = items.filter((one) => (user ? one.user !== user : one.current));
        ended.push(user ?? "others");
        const revoked = items.length - keep.length;
        items = keep;
        return HttpResponse.json({ revoked });
      }),
    );
    return ended;
  }

  it("stand together by person, with role, age and which one is this", async () => {
    sessionsWork();
    open("/sessions");
    const rows = (await screen.findAllByRole("row")).slice(1);
    expect(rows.length).toBe(4);
    const own = within(rows[0] as HTMLElement);
    expect(own.getByText("Adam Brandt")).toBeTruthy();
    expect(own.getByText("this session")).toBeTruthy();
    expect(own.getByText("just now")).toBeTruthy();
    expect(within(rows[1] as HTMLElement).getByText("ana · Account manager")).toBeTruthy();
    expect(byPerson([session(), session({ user: "fay" }), session()]).map((own) => own.length)).toEqual([2, 1]);
  });

  it("end one by one, after a question in its own place, and the focus does not get lost", async () => {
    const ended = sessionsWork();
    const { user } = open("/sessions");
    const button = await screen.findByRole("button", { name: /End the session of Fay Okafor/ });
    await user.click(button);
    expect(document.activeElement?.textContent).toBe("End it");
    await user.keyboard("{Escape}");
    expect(ended).toEqual([]);
    expect(document.activeElement?.getAttribute("aria-label")).toMatch(/End the session of Fay/);
    await user.keyboard("{Enter}");
    await user.click(screen.getByRole("button", { name: "End it" }));
    expect(await screen.findByText("1 session ended.")).toBeTruthy();
    await waitFor(() => expect(screen.queryByText("Fay Okafor")).toBeNull());
    expect(ended).toEqual(["s-3 1"]);
    expect(document.activeElement?.textContent).toBe("1 session ended.");
  });

  it("end all of a person, and all but one's own", async () => {
    const ended = sessionsWork();
    const { user } = open("/sessions");
    await user.click(await screen.findByRole("button", { name: "End all 2 sessions of Ana Alvarez" }));
    await user.click(screen.getByRole("button", { name: "End them" }));
    expect(await screen.findByText("2 sessions ended.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "End all other sessions" }));
    expect(screen.getByText(/Only yours stays/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Keep" }));
    expect(ended).toEqual(["ana"]);
    await user.click(screen.getByRole("button", { name: "End all other sessions" }));
    await user.click(screen.getByRole("button", { name: "End them all" }));
    await waitFor(() => expect(ended).toEqual(["ana", "others"]));
    await waitFor(() => expect(screen.queryByRole("button", { name: "End all other sessions" })).toBeNull());
  });

  it("warn before one ends the session in use", async () => {
    sessionsWork();
    const { user } = open("/sessions");
    await user.click(await screen.findByRole("button", { name: /End the session of Adam Brandt/ }));
    expect(screen.getByText(/you have to sign in again/)).toBeTruthy();
  });

  it("say when one could not be ended, and the list stays", async () => {
    sessionsWork();
    server.use(http.delete(`${API}/sessions/:id`, () => problem(503, "upstream_unavailable")));
    const { user } = open("/sessions");
    await user.click(await screen.findByRole("button", { name: /End the session of Fay Okafor/ }));
    await user.click(screen.getByRole("button", { name: "End it" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Not ended.");
    expect(screen.getByText("Fay Okafor")).toBeTruthy();
  });

  it("cannot be listed: the reason and the way on", async () => {
    server.use(http.get(`${API}/sessions`, () => problem(500, "internal")));
    const { user } = open("/sessions");
    expect((await screen.findByRole("alert")).textContent).toContain("trace-1");
    sessionsWork();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Fay Okafor")).toBeTruthy();
  });
});

describe("the audit log", () => {
  function logWorks(pages: Record<string, unknown> = {}) {
    const asked: URLSearchParams[] = [];
    server.use(
      http.get(`${API}/audit`, ({ request }) => {
        const query = new URL(request.url).searchParams;
        asked.push(query);
        const before = query.get("before") ?? "";
        return HttpResponse.json(
          pages[before] ??
            (before ? { items: entries(Number(before) - 1, 2), next: null } : { items: entries(900, 3), next: 898 }),
        );
      }),
    );
    return asked;
  }

  it("says what was done in plain words, leads to the account, and copies the whole seal", async () => {
    const action = entry({
      action: "exports.created",
      client_id: "acct_0007",
      detail: { records: 37, filter: "", rows: ["a"] },
    });
    logWorks({ "": { items: [action, entry({ seq: 899, action: "something.brand_new" })], next: null } });
    const { user } = open("/audit");
    await screen.findByText("#900");
    expect(screen.getByText("Made an export", { selector: "th span" })).toBeTruthy();
    expect(screen.getByText("Something brand new")).toBeTruthy();
    expect(screen.getByText("Records: 37 · Rows: a")).toBeTruthy();
    expect(screen.getByRole("link", { name: "acct_0007" }).getAttribute("href")).toBe("/accounts/acct_0007");
    expect(screen.getAllByText("5f70bf18…").length).toBe(2);
    const write = vi.spyOn(navigator.clipboard, "writeText");
    await user.click(screen.getByRole("button", { name: "Copy the whole seal of entry 900" }));
    expect(await screen.findByText("Copied")).toBeTruthy();
    expect(write).toHaveBeenCalledWith(action.hash);
    expect(screen.queryByRole("button", { name: "Older entries" })).toBeNull();
  });

  it("goes on to older entries by the cursor, and keeps the newer ones when that fails", async () => {
    const asked = logWorks();
    const { user } = open("/audit");
    await screen.findByText("#900");
    server.use(http.get(`${API}/audit`, () => problem(500, "internal", "Broken", "On purpose.")));
    await user.click(screen.getByRole("button", { name: "Older entries" }));
    expect((await screen.findByRole("alert")).textContent).toContain("could not be loaded");
    expect(screen.getByText("#900")).toBeTruthy();
    server.use(
      http.get(`${API}/audit`, ({ request }) => {
        asked.push(new URL(request.url).searchParams);
        return HttpResponse.json({ items: entries(897, 2), next: null });
      }),
    );
    await user.click(screen.getByRole("button", { name: "Older entries" }));
    expect(await screen.findByText("#897")).toBeTruthy();
    expect(asked.at(-1)?.get("before")).toBe("898");
    expect(screen.queryByRole("button", { name: "Older entries" })).toBeNull();
  });

  it("is filtered through the address", async () => {
    const asked = logWorks();
    const { user } = open("/audit?user=ana&action=flag.send&nonsense=1");
    await screen.findByText("#900");
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({ user: "ana", action: "flag.send", limit: "50" });
    await user.selectOptions(screen.getByRole("combobox", { name: "Action" }), "Signed in");
    await waitFor(() => expect(addressQuery().get("action")).toBe("session.opened"));
    await user.type(screen.getByRole("textbox", { name: "Account id" }), "acct_0007{Enter}");
    await waitFor(() => expect(addressQuery().get("client_id")).toBe("acct_0007"));
    expect(addressQuery().get("user")).toBe("ana");
    await user.click(screen.getByRole("button", { name: "Clear filters" }));
    await waitFor(() => expect(addressQuery().size).toBe(0));
  });

  it("tells an empty filter from a failure", async () => {
    logWorks({ "": { items: [], next: null } });
    open("/audit?user=nobody");
    expect(await screen.findByText("No entry matches")).toBeTruthy();
  });

  it("reads any address and any detail", () => {
    expect(readAuditSearch({ user: ["a", "b"], action: " ", client_id: undefined })).toEqual({ user: "a" });
    expect(actionText("payment_retry.requested")).toBe("Asked for a payment retry");
    expect(detailText({ ids: ["a", "b", "c", "d", "e"], none: null, list: [], more: { a: 1 } })).toBe(
      'Ids: a, b, c and 2 more · More: {"a":1}',
    );
  });
});
