import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { item, minutesAgo, portfolio, variance } from "../mock-api/builders";
import { addressQuery, open } from "../support/screen";
import { API, problem, server } from "../support/server";

const rowOf = async (name: string) => (await screen.findByRole("link", { name })).closest("tr") as HTMLElement;

function answerWith(answer: () => Response | Promise<Response>): URL[] {
  const asked: URL[] = [];
  server.use(
    http.get(`${API}/accounts`, ({ request }) => {
      asked.push(new URL(request.url));
      return answer();
    }),
  );
  return asked;
}

describe("the grid", () => {
  it("shows an account with money, lateness and the flag in words", async () => {
    const flagged = item({
      flagged: true,
      status: "overdue",
      variance: variance({ amount_minor: -25_500, percent: "-5.10", band: "under_billed" }),
      summary: "October 2026: billed 255.00 USD (5.10 %) less than used",
    });
    answerWith(() => HttpResponse.json(portfolio([flagged])));
    open("/");
    const row = within(await rowOf("Harbor Analytics"));
    expect(row.getByText("$5,200.00")).toBeTruthy();
    expect(row.getByText("6 d late")).toBeTruthy();
    expect(row.getByText("Overdue")).toBeTruthy();
    expect(row.getByText("Under-billed")).toBeTruthy();
    expect(row.getByText("−$255.00")).toBeTruthy();
    expect(row.getByText("−5.10 %")).toBeTruthy();
  });

  it("shows what is unexplained, and ranks by it", async () => {
    const partly = variance({
      amount_minor: -7_778,
      unexplained_minor: -1_200,
      band: "under_billed",
      percent: "-7.22",
    });
    const asked = answerWith(() =>
      HttpResponse.json(
        portfolio([
          item({ client_id: "a", name: "Partly", variance: partly }),
          item({ client_id: "b", name: "Wholly", variance: { ...partly, unexplained_minor: 0 } }),
          item({ client_id: "c", name: "Right" }),
        ]),
      ),
    );
    open("/");
    const cellOf = async (name: string) => (await rowOf(name)).querySelector(".col-unexplained")?.textContent;
    expect(await cellOf("Partly")).toBe("−$12.00");
    expect(await cellOf("Wholly")).toBe("none");
    expect(await cellOf("Right")).toBe("–");
    await userEvent.click(screen.getByRole("button", { name: "Unexplained" }));
    await waitFor(() => expect(asked.at(-1)?.searchParams.get("sort")).toBe("-unexplained"));
    expect(screen.getByRole("columnheader", { name: "Unexplained" }).getAttribute("aria-sort")).toBe("descending");
  });

  it("says why an account cannot be judged, and which source is not complete", async () => {
    const partial = variance({
      band: "cannot_judge",
      amount_minor: null,
      percent: null,
      reasons: [{ code: "partial", source: "quickbooks", cure: "Repair it." }],
    });
    const sources = [{ source: "quickbooks" as const, as_of: minutesAgo(9), state: "partial" as const }];
    answerWith(() => HttpResponse.json(portfolio([item({ variance: partial, sources, status: null })])));
    open("/");
    const row = within(await rowOf("Harbor Analytics"));
    expect(row.getByText("Cannot judge")).toBeTruthy();
    expect(row.getByText("QuickBooks is only partly read")).toBeTruthy();
    expect(row.getByText("QuickBooks: partial")).toBeTruthy();
    expect(row.getByText("not known")).toBeTruthy();
  });

  it("shows codes it does not know as words", async () => {
    const strange = { ...item(), status: "half_forgiven", variance: { ...variance(), band: "new_band" } };
    answerWith(() => HttpResponse.json(portfolio([strange as unknown as ReturnType<typeof item>])));
    open("/");
    const row = within(await rowOf("Harbor Analytics"));
    expect(row.getByText("Half forgiven")).toBeTruthy();
    expect(row.getByText("New band")).toBeTruthy();
  });

  it("has no status column for a role without payments", async () => {
    server.use(
      http.get(`${API}/me`, () =>
        HttpResponse.json({
          user: "sam",
          name: "Sam",
          email: "s@x",
          role: "support",
          permissions: ["portfolio.read"],
          csrf: "1",
        }),
      ),
    );
    open("/");
    await rowOf("Harbor Analytics");
    expect(screen.queryByRole("columnheader", { name: "Status" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Status" })).toBeNull();
  });
});

describe("filters and sorting", () => {
  it("asks for what the address says", async () => {
    const asked = answerWith(() => HttpResponse.json(portfolio([item()])));
    open("/?search=harbor&status=overdue&status=failed&sort=name&page=nonsense");
    await rowOf("Harbor Analytics");
    const query = asked[0]?.searchParams;
    expect(query?.getAll("status")).toEqual(["overdue", "failed"]);
    expect(query?.get("search")).toBe("harbor");
    expect(query?.get("sort")).toBe("name");
    expect(query?.get("page")).toBe("1");
  });

  it("writes every choice into the address and goes back to page one", async () => {
    answerWith(() => HttpResponse.json(portfolio([item()], { total: 700 })));
    const { user } = open("/?page=3");
    await rowOf("Harbor Analytics");
    await user.click(screen.getByRole("button", { name: "Flagged" }));
    await waitFor(() => expect(addressQuery().get("flagged")).toBe("true"));
    expect(addressQuery().get("page")).toBeNull();
    await user.type(screen.getByRole("searchbox"), "inv-4");
    await waitFor(() => expect(addressQuery().get("search")).toBe("inv-4"));
    await user.click(screen.getByRole("button", { name: "Account" }));
    await waitFor(() => expect(addressQuery().get("sort")).toBe("name"));
    await user.click(screen.getByRole("button", { name: "Account" }));
    await waitFor(() => expect(addressQuery().get("sort")).toBe("-name"));
  });

  it("shows the last page when the address lies past it", async () => {
    answerWith(() => HttpResponse.json(portfolio([], { total: 60 })));
    open("/?page=9");
    await waitFor(() => expect(addressQuery().get("page")).toBe("2"));
  });

  it("tells an empty filter from an empty portfolio", async () => {
    answerWith(() => HttpResponse.json(portfolio([], { total: 0 })));
    const { user } = open("/?search=nobody");
    expect(await screen.findByText("No account matches")).toBeTruthy();
    await user.click(screen.getAllByRole("button", { name: "Clear filters" })[0] as HTMLElement);
    expect(await screen.findByText("No accounts yet")).toBeTruthy();
    expect(addressQuery().size).toBe(0);
  });
});

describe("when it fails", () => {
  it.each([
    [500, "internal"],
    [503, "upstream_unavailable"],
    [422, "invalid_parameter"],
    [403, "permission_missing"],
  ])("%i stands in the place of the grid, with the server's words", async (status, code) => {
    answerWith(() => problem(status, code));
    open("/");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("Title of it");
    expect(alert.textContent).toContain("trace-1");
    expect(screen.queryByRole("button", { name: "Try again" }) === null).toBe(status === 403);
  });

  it("recovers when asked again", async () => {
    let broken = true;
    answerWith(() => (broken ? problem(500, "internal") : HttpResponse.json(portfolio([item()]))));
    const { user } = open("/");
    await screen.findByRole("alert");
    broken = false;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await rowOf("Harbor Analytics")).toBeTruthy();
  });

  it("keeps the last figures with their age when a refresh fails", async () => {
    let broken = false;
    answerWith(() => (broken ? problem(503, "unavailable") : HttpResponse.json(portfolio([item()]))));
    const { client } = open("/");
    await rowOf("Harbor Analytics");
    broken = true;
    await client.invalidateQueries({ queryKey: ["portfolio"] });
    expect((await screen.findByRole("alert")).textContent).toContain("Showing what was last loaded");
    expect(await rowOf("Harbor Analytics")).toBeTruthy();
  });

  it("treats an answer that never comes as an error with a way on", async () => {
    const aborted = new DOMException("late", "TimeoutError");
    AbortSignal.timeout = () => AbortSignal.abort(aborted);
    open("/");
    expect(await screen.findByText("No answer in time")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
  });
});
