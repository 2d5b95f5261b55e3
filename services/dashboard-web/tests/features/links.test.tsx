import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { readLinksSearch } from "@/features/links/search";
import { decisionText, externalId } from "@/features/links/words";
import type { LinkDecision, UnlinkedCustomer } from "@/shared/api/types";
import { me, minutesAgo } from "../mock-api/builders";
import { open } from "../support/screen";
import { API, problem, server } from "../support/server";

const ADMIN = [...me().permissions.filter((one) => one !== "exports.create"), "links.manage"];

const decision = (given: Partial<LinkDecision> = {}): LinkDecision => ({
  id: "d-1",
  ref: "stripe:cus_9",
  source: "stripe",
  customer_name: "Harbor",
  verdict: "linked",
  client_id: "cl_1",
  client_name: "Harbor Inc.",
  former_client_id: null,
  former_client_name: null,
  undoes: null,
  decided_by: "adam",
  decided_by_name: "Adam",
  decided_at: minutesAgo(1),
  state: "applying",
  ...given,
});

const waiting = (given: Partial<UnlinkedCustomer> = {}): UnlinkedCustomer => ({
  ref: "stripe:cus_9",
  source: "stripe",
  name: "Harbor",
  currency: "USD",
  observed_at: minutesAgo(60),
  suggestions: [
    {
      client_id: "cl_1",
      name: "Harbor Inc.",
      score: 45,
      reasons: [
        { code: "name", points: 60, text: "Its name is the same." },
        { code: "taken", points: -20, text: "The account already has a customer in Stripe." },
      ],
    },
  ],
  refused_client_id: null,
  refused_client_name: null,
  decision: null,
  ...given,
});

interface Asked {
  path: string;
  key: string | null;
  body: unknown;
}

/** The workbench in order; what was asked is told. */
function workbench(items: UnlinkedCustomer[], decided: LinkDecision[] = []) {
  const asked: Asked[] = [];
  const note = async (request: Request) => {
    const text = await request.text();
    asked.push({
      path: new URL(request.url).pathname,
      key: request.headers.get("Idempotency-Key"),
      body: text ? JSON.parse(text) : null,
    });
  };
  server.use(
    http.get(`${API}/unlinked-customers`, () =>
      HttpResponse.json({ items, page: 1, page_size: 20, total: items.length }),
    ),
    http.get(`${API}/link-decisions`, () => HttpResponse.json({ items: decided })),
    http.post(`${API}/links`, async ({ request }) => {
      await note(request);
      items = [waiting({ decision: decision() })];
      return HttpResponse.json(decision(), { status: 202 });
    }),
    http.post(`${API}/link-decisions/:id/undo`, async ({ request }) => {
      await note(request);
      return HttpResponse.json(decision({ verdict: "withdrawn", client_id: null }), { status: 202 });
    }),
  );
  return asked;
}

beforeEach(() => {
  server.use(http.get(`${API}/me`, () => HttpResponse.json(me({ role: "admin", permissions: ADMIN }))));
});

describe("the workbench", () => {
  it("shows each suggestion with its points and reasons", async () => {
    workbench([waiting()]);
    open("/links");
    const list = within(await screen.findByRole("list", { name: "Suggestions for Harbor" }));
    expect(list.getByText("45 of 100")).toBeTruthy();
    expect(list.getByText("+60")).toBeTruthy();
    expect(list.getByText("−20")).toBeTruthy();
    expect(list.getByRole("link", { name: "Harbor Inc." }).getAttribute("href")).toBe("/accounts/cl_1");
  });

  it("links with what was seen, says so, and is applying until the row is gone", async () => {
    const asked = workbench([waiting({ decision: decision({ id: "d-0", state: "applied", verdict: "unlinked" }) })]);
    const { user } = open("/links");
    await user.click(await screen.findByRole("button", { name: "Link Harbor to Harbor Inc." }));
    expect(await screen.findByText("Linked Harbor (Stripe) to Harbor Inc.")).toBeTruthy();
    expect(await screen.findByText("Applying: goes to Harbor Inc.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Link Harbor to Harbor Inc." })).toBeNull();
    expect(asked[0]?.body).toEqual({ ref: "stripe:cus_9", client_id: "cl_1", seen_decision_id: "d-0" });
    await user.click(screen.getByRole("button", { name: "Undo what was decided about Harbor" }));
    await waitFor(() => expect(asked[1]?.path).toBe("/api/v1/link-decisions/d-1/undo"));
    expect(new Set(asked.map(({ key }) => key)).size).toBe(2);
  });

  it("says when the customer has moved, and decides nothing", async () => {
    workbench([waiting()]);
    server.use(http.post(`${API}/links`, () => problem(409, "customer_moved", "Conflict", "It belongs to another.")));
    const { user } = open("/links");
    await user.click(await screen.findByRole("button", { name: "Link Harbor to Harbor Inc." }));
    expect(await screen.findByText("It belongs to another.")).toBeTruthy();
  });

  it("asks again with the same key when no answer came", async () => {
    workbench([waiting()]);
    const keys: (string | null)[] = [];
    server.use(
      http.post(`${API}/links`, ({ request }) => {
        keys.push(request.headers.get("Idempotency-Key"));
        return problem(503, "database_unavailable");
      }),
    );
    const { user } = open("/links");
    const button = await screen.findByRole("button", { name: "Link Harbor to Harbor Inc." });
    await user.click(button);
    await waitFor(() => expect(keys.length).toBe(1));
    await user.click(await screen.findByRole("button", { name: "Link Harbor to Harbor Inc." }));
    await waitFor(() => expect(keys.length).toBe(2));
    expect(keys[0]).toBe(keys[1]);
  });

  it("finds any other account, and Escape closes the search", async () => {
    const asked = workbench([waiting({ suggestions: [] })]);
    const { user } = open("/links");
    await user.click(await screen.findByRole("button", { name: "Find another account for Harbor" }));
    await user.keyboard("Har");
    await user.click((await screen.findAllByRole("button", { name: /^Link Harbor to/ }))[0] as HTMLElement);
    await waitFor(() => expect(asked.length).toBe(1));
  });

  it("offers undo for the latest decision about a customer only", async () => {
    workbench([], [decision({ id: "d-2", state: "applied" }), decision({ state: "superseded" })]);
    open("/links");
    expect((await screen.findAllByText(/^Linked Harbor \(Stripe\) to Harbor Inc\./)).length).toBe(2);
    expect(screen.getAllByRole("button", { name: /^Undo/ }).length).toBe(1);
    expect(screen.getByText("Every customer belongs to an account")).toBeTruthy();
  });

  it("has nothing to press in read-only mode", async () => {
    server.use(
      http.get(`${API}/me`, () => HttpResponse.json(me({ role: "admin", permissions: ADMIN, read_only: true }))),
    );
    workbench([waiting()], [decision({ state: "applied" })]);
    open("/links");
    const list = await screen.findByRole("list", { name: "Suggestions for Harbor" });
    expect(within(list).queryByRole("button")).toBeNull();
    expect(screen.queryByRole("button", { name: /Undo|Find/ })).toBeNull();
  });
});

describe("words and addresses", () => {
  it("tell what was decided", () => {
    expect(decisionText(decision({ verdict: "unlinked", former_client_name: "Acme" }))).toBe(
      "Took Harbor (Stripe) off Acme",
    );
    expect(decisionText(decision({ verdict: "withdrawn", customer_name: null }))).toBe(
      "Took back what was decided about cus_9 (Stripe)",
    );
    expect(externalId("amplitude:a%7Cb")).toBe("a|b");
  });

  it("take only what makes sense", () => {
    expect(readLinksSearch({ source: "zendesk", search: "  x ", page: "1" })).toEqual({ search: "x" });
    expect(readLinksSearch({ source: "stripe", page: "3" })).toEqual({ source: "stripe", page: 3 });
  });
});
