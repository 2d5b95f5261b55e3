import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { blockOf } from "@/features/exports/choice";
import { choicesOf } from "@/features/exports/portfolio-export";
import { clearSelection } from "@/features/portfolio/selection";
import { exportCircuit } from "@/shared/actions/circuits";
import { item, me, portfolio } from "../mock-api/builders";
import { made, quota } from "../mock-api/desk";
import { open } from "../support/screen";
import { API, problem, server } from "../support/server";

const rows = ["a", "b", "c"].map((id) => item({ client_id: id, name: `Account ${id}` }));
const saved: { name: string; text: Promise<string> }[] = [];

/** The API in order; what was posted comes back, the file's answers are given one after the other. */
function exportsWork(files: (() => Response)[] = [() => new HttpResponse("\uFEFFTitle,Portfolio\r\n")]) {
  const posted: { body: Record<string, unknown>; csrf: string | null }[] = [];
  server.use(
    http.get(`${API}/accounts`, () => HttpResponse.json(portfolio(rows, { total: 120 }))),
    http.get(`${API}/exports/quota`, () => HttpResponse.json(quota())),
    http.post(`${API}/exports`, async ({ request }) => {
      posted.push({
        body: (await request.json()) as Record<string, unknown>,
        csrf: request.headers.get("X-Trueup-Csrf"),
      });
      return HttpResponse.json(made({ records: 3, quota_left: 34 }), { status: 201 });
    }),
    http.get(`${API}/exports/exp_1/file`, () => (files.length > 1 ? files.shift() : files[0])?.() ?? problem(500, "x")),
  );
  return posted;
}

async function openPanel(address = "/") {
  const page = open(address);
  await page.user.click(await screen.findByRole("button", { name: "Export CSV" }));
  const panel = within(await screen.findByRole("dialog", { name: "Export CSV" }));
  await panel.findByText("37 of 100 records");
  return { ...page, panel };
}

beforeEach(() => {
  clearSelection();
  exportCircuit.reset();
  saved.length = 0;
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    saved.push({ name: "", text: (blob as Blob).text() });
    return "blob:x";
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    const last = saved.at(-1);
    if (last && this.download) last.name = this.download;
  });
});

describe("the panel", () => {
  it("says how many records each choice has, what is left, and that it is logged", async () => {
    exportsWork();
    const { panel } = await openPanel();
    const counts = panel.getAllByRole("radio").map((radio) => radio.closest("label")?.textContent);
    expect(counts).toEqual(["This page3", "Selected rows0", "Everything that matches the filters120"]);
    expect(panel.getByText(/437 of 500 today/)).toBeTruthy();
    expect(panel.getByText(/This export is logged/)).toBeTruthy();
  });

  it("sends the filters on the screen by the names of the API, with the header against forgery", async () => {
    const posted = exportsWork();
    server.use(http.get(`${API}/exports/quota`, () => HttpResponse.json(quota({ left: 200 }))));
    const page = open("/?search=acc&status=overdue&flagged=true&from=2026-10-01&to=2026-12-31&sort=name&page=2");
    await page.user.click(await screen.findByRole("button", { name: "Export CSV" }));
    await page.user.click(await screen.findByRole("radio", { name: /Everything/ }));
    await page.user.click(await screen.findByRole("button", { name: "Download 120 records" }));
    await screen.findByText("Downloaded, 3 records.");
    expect(posted[0]?.csrf).toBe("1");
    expect(posted[0]?.body).toEqual({
      format: "csv",
      filter: {
        search: "acc",
        status: ["overdue"],
        flagged: true,
        from: "2026-10-01",
        to: "2026-12-31",
        axis: "due",
        active: "true",
        sort: "name",
      },
    });
  });

  it("asks for this page by its rows, and saves the file under the server's name", async () => {
    const posted = exportsWork();
    const { user, panel } = await openPanel();
    await user.click(panel.getByRole("button", { name: "Download 3 records" }));
    expect(await panel.findByText("Downloaded, 3 records.")).toBeTruthy();
    expect(panel.getByText("trueup-portfolio-2026-11-23.csv")).toBeTruthy();
    expect(panel.getByText("34 records left in this session.")).toBeTruthy();
    expect(posted[0]?.body).toEqual({ format: "csv", client_ids: ["a", "b", "c"] });
    expect(saved.map(({ name }) => name)).toEqual(["trueup-portfolio-2026-11-23.csv"]);
    expect(await saved[0]?.text).toContain("Title,Portfolio");
    // The pressed button is gone, the focus is not: Escape closes and gives it back.
    await user.keyboard("{Escape}");
    await waitFor(() => expect(document.activeElement?.textContent).toBe("Export CSV"));
  });

  it("keeps the date range for single rows, since it decides their figures", () => {
    const listed = {
      filter: { from: "2026-10-01", axis: "due" as const, sort: "name" as const, active: "true" as const },
    };
    const [page] = choicesOf({ ...listed, total: 9, pageIds: ["a", "b"], selectedIds: [], place: "head" });
    expect(page?.order.filter).toEqual({ from: "2026-10-01", axis: "due", sort: "name", active: "all", ids: "a,b" });
  });

  it("says that a date range and very many single rows do not go together", () => {
    const selectedIds = Array.from({ length: 51 }, (_, index) => `c${index}`);
    const listed = { total: 99, pageIds: [], selectedIds, place: "selection" as const };
    const blocks = ({ from }: { from?: string }) => {
      const filter = { active: "true" as const, ...(from ? { from } : {}) };
      const selection = choicesOf({ ...listed, filter }).find(({ key }) => key === "selection");
      return selection && blockOf(selection, 100);
    };
    expect(blocks({ from: "2026-10-01" })).toContain("at most 50 selected rows");
    expect(blocks({})).toBeUndefined();
  });

  it("refuses more than is left before the server has to, and names the way on", async () => {
    const posted = exportsWork();
    const { user, panel } = await openPanel();
    await user.click(panel.getByRole("radio", { name: /Everything/ }));
    const button = panel.getByRole("button", { name: "Download 120 records" });
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(panel.getByText(/Narrow the filter or select at most 37 rows/)).toBeTruthy();
    await user.click(button);
    expect(posted).toEqual([]);
  });

  it("judges by the smaller of session and day, and lets the server judge what is not known", () => {
    const choice = { key: "x", label: "x", order: { format: "csv" as const } };
    expect(blockOf({ ...choice, records: 3 }, 2)).toContain("at most 2 rows");
    expect(blockOf({ ...choice, records: 3 }, 0)).toContain("Nothing is left");
    expect(blockOf({ ...choice, records: 3 }, undefined)).toBeUndefined();
    expect(blockOf({ ...choice, records: null }, 1)).toBeUndefined();
    expect(blockOf({ ...choice, records: 0, empty: "No row." }, 9)).toBe("No row.");
  });
});

describe("when it fails", () => {
  it.each([
    [429, "export_quota_exceeded", /more than what is left/],
    [429, "too_many_requests", /Title of it/],
    [503, "upstream_unavailable", /cannot be made right now/],
    [403, "read_only_mode", /read-only mode/],
    [500, "internal", /Title of it/],
    [401, "signed_out", /your session has ended/],
  ])("%i %s is named, and nothing is saved", async (status, code, words) => {
    exportsWork();
    const { user, panel } = await openPanel();
    server.use(http.post(`${API}/exports`, () => problem(status, code)));
    await user.click(panel.getByRole("button", { name: "Download 3 records" }));
    const alert = await panel.findByRole("alert");
    expect(alert.textContent).toMatch(words);
    expect(saved).toEqual([]);
    if (status === 401) expect(within(alert).getByRole("link", { name: "Sign in again" })).toBeTruthy();
    else {
      await user.click(within(alert).getByRole("button", { name: "Back to the choice" }));
      expect(panel.getByRole("radio", { name: /This page/ })).toBeTruthy();
      const isOff = panel.getByRole("button", { name: /^Download/ }).getAttribute("aria-disabled") === "true";
      // A plain no leaves the button as it is; an API that fails turns it off, with the reason and until when.
      expect(isOff).toBe(status >= 500 || code === "too_many_requests");
      expect(panel.queryByText(/^Tried again in \d+ s, by itself/) !== null).toBe(isOff);
    }
  });

  it("does not call a time-out a failure: it may have been counted", async () => {
    exportsWork();
    const { user, panel } = await openPanel();
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(new DOMException("late", "TimeoutError")));
    await user.click(panel.getByRole("button", { name: "Download 3 records" }));
    expect((await panel.findByRole("alert")).textContent).toContain("may have been made and counted");
  });

  it("fetches the same file again when it was lost on the way", async () => {
    const posted = exportsWork([() => problem(503, "upstream_unavailable"), () => new HttpResponse("x")]);
    const { user, panel } = await openPanel();
    await user.click(panel.getByRole("button", { name: "Download 3 records" }));
    expect((await panel.findByRole("alert")).textContent).toContain("Fetching it again counts nothing");
    await user.click(panel.getByRole("button", { name: "Fetch it again" }));
    expect(await panel.findByText("Downloaded, 3 records.")).toBeTruthy();
    expect(posted.length).toBe(1);
  });

  it("says that a file is gone, and offers a new one", async () => {
    exportsWork([() => problem(410, "export_gone")]);
    const { user, panel } = await openPanel();
    await user.click(panel.getByRole("button", { name: "Download 3 records" }));
    expect((await panel.findByRole("alert")).textContent).toContain("This file is gone");
    expect(saved).toEqual([]);
    await user.click(panel.getByRole("button", { name: "Make a new one" }));
    expect(panel.getByRole("radio", { name: /This page/ })).toBeTruthy();
  });

  it("says that what is left could not be read, and asks again", async () => {
    exportsWork();
    server.use(http.get(`${API}/exports/quota`, () => problem(500, "internal")));
    const { user } = open("/");
    await user.click(await screen.findByRole("button", { name: "Export CSV" }));
    await screen.findByText(/What is left could not be read/);
    server.use(http.get(`${API}/exports/quota`, () => HttpResponse.json(quota())));
    await user.click(screen.getByRole("button", { name: "Ask again" }));
    expect(await screen.findByText("37 of 100 records")).toBeTruthy();
  });
});

describe("who sees it", () => {
  const asRole = (given: Partial<ReturnType<typeof me>> & { read_only?: boolean }) =>
    server.use(http.get(`${API}/me`, () => HttpResponse.json({ ...me(), ...given })));

  it("nobody without the permission: no button, no ticks", async () => {
    exportsWork();
    asRole({ role: "support", permissions: ["self", "portfolio.read", "sources.read", "syncs.request"] });
    open("/");
    await screen.findByRole("link", { name: "Account a" });
    expect(screen.queryByRole("button", { name: /Export/ })).toBeNull();
    expect(screen.queryByRole("checkbox")).toBeNull();
    expect(screen.getByRole("button", { name: "Refresh" })).toBeTruthy();
  });

  it("nobody in read-only mode, and the refresh goes too", async () => {
    exportsWork();
    asRole({ read_only: true });
    open("/");
    await screen.findByRole("link", { name: "Account a" });
    expect(screen.getByText("Trueup is in read-only mode.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Export|Refresh/ })).toBeNull();
    expect(screen.queryByRole("checkbox")).toBeNull();
  });

  it("the buttons go as soon as an export is refused by read-only mode", async () => {
    exportsWork();
    const { user, panel } = await openPanel();
    asRole({ read_only: true });
    server.use(http.post(`${API}/exports`, () => problem(403, "read_only_mode")));
    await user.click(panel.getByRole("button", { name: "Download 3 records" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Export CSV" })).toBeNull());
    expect(await screen.findByText("Trueup is in read-only mode.")).toBeTruthy();
  });
});
