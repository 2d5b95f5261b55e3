import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, describe, expect, it, vi } from "vitest";
import { inVainText, readConnectionResult } from "@/features/admin/connection-words";
import type { LedgerConnection } from "@/shared/api/types";
import { me } from "../mock-api/builders";
import { addressQuery, open } from "../support/screen";
import { API, problem, server } from "../support/server";

const AT = `${API}/connections/quickbooks`;
const ALIVE: LedgerConnection = { on_page: true, state: "alive", ends_at: "2027-02-20T12:00:00Z", ends_soon: false };
const NONE: LedgerConnection = { on_page: true, state: "none", ends_at: null, ends_soon: false };
const LATE = { timeout: 5000 };

function arrange(connection: Partial<LedgerConnection> = {}, query = "", more = {}) {
  const permissions = [...me().permissions, "connections.manage"];
  let shown: LedgerConnection = { ...ALIVE, ...connection };
  const ended: (string | null)[] = [];
  server.use(
    http.get(`${API}/me`, () => HttpResponse.json(me({ role: "admin", permissions, ...more }))),
    http.get(AT, () => HttpResponse.json(shown)),
    http.delete(AT, ({ request }) => {
      ended.push(request.headers.get("X-Trueup-Csrf"));
      shown = NONE;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return { ...open(`/connections${query}`), ended };
}

afterEach(() => vi.restoreAllMocks());

describe("connections", () => {
  it("says that it is connected, when it ends if never used, and when it was last read", async () => {
    arrange();
    expect(await screen.findByText("connected", {}, LATE)).toBeTruthy();
    expect(screen.getByText(/on 20 Feb 2027 if it is never used/)).toBeTruthy();
    expect(await screen.findByText(/ago|just now/, { selector: "dd time" })).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("leaves for QuickBooks as a whole page", async () => {
    const gone = vi.spyOn(window.location, "assign").mockImplementation(() => {});
    server.use(
      http.post(AT, ({ request }) =>
        HttpResponse.json({ authorise_url: `https://intuit.example/${request.headers.get("X-Trueup-Csrf")}` }),
      ),
    );
    const { user } = arrange(NONE);
    await user.click(await screen.findByRole("button", { name: "Connect QuickBooks" }, LATE));
    await waitFor(() => expect(gone).toHaveBeenCalledWith("https://intuit.example/1"));
  });

  it("disconnects only after a question that says what follows, and says so", async () => {
    const { user, ended } = arrange();
    await user.click(await screen.findByRole("button", { name: "Disconnect QuickBooks" }, LATE));
    expect(screen.getByText(/Nothing is read from it until somebody connects again/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Keep" }));
    expect(ended).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Disconnect QuickBooks" }));
    await user.click(screen.getByRole("button", { name: "Disconnect it" }));
    expect(await screen.findByText("QuickBooks is disconnected.")).toBe(document.activeElement);
    expect(ended).toEqual(["1"]);
    expect(await screen.findByText("QuickBooks is not connected.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Disconnect QuickBooks" })).toBeNull();
  });

  it.each([
    [{ state: "dead" as const }, "QuickBooks must be connected again."],
    [{ ends_soon: true }, "The connection ends on 20 Feb 2027."],
  ])("raises the alarm %#", async (connection, words) => {
    arrange(connection);
    expect(await screen.findByText(words, {}, LATE)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Connect again" })).toBeTruthy();
  });

  it.each([
    ["connected", "QuickBooks is connected."],
    ["refused", "QuickBooks was told not to allow it. Connect again from here."],
    ["some_new_code", "Connect again from here."],
  ])("tells once what came back: %s", async (result, words) => {
    arrange({}, `?result=${result}`);
    expect(await screen.findByText(words, {}, LATE)).toBeTruthy();
    await waitFor(() => expect(addressQuery().get("result")).toBeNull());
    expect(screen.getByText(words)).toBeTruthy();
  });

  it("says what did not work", async () => {
    server.use(http.post(AT, () => problem(503, "connection_service_unavailable", "", "The service is away.")));
    const { user } = arrange(NONE);
    await user.click(await screen.findByRole("button", { name: "Connect QuickBooks" }, LATE));
    expect(await screen.findByText("The service is away.")).toBeTruthy();
    expect(screen.getByText("Not begun.")).toBeTruthy();
  });

  it("names the command line where the page cannot do it", async () => {
    arrange({ on_page: false, state: null, ends_at: null });
    expect(await screen.findByText("trueup quickbooks connect", {}, LATE)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /onnect/ })).toBeNull();
  });

  it("offers nothing in read-only mode", async () => {
    arrange({}, "", { read_only: true });
    expect(await screen.findByText("connected", {}, LATE)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /onnect/ })).toBeNull();
  });
});

describe("what an address brings", () => {
  it("is a short code or nothing", () => {
    expect(readConnectionResult({ result: "refused" })).toEqual({ result: "refused" });
    expect(readConnectionResult({ result: "<script>" })).toEqual({});
    expect(readConnectionResult({})).toEqual({});
    expect(inVainText("connected")).toBeNull();
  });
});
