import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { matching } from "@/features/figures/page";
import { me } from "../mock-api/builders";
import { figures } from "../mock-api/desk";
import { open } from "../support/screen";
import { API, problem, server } from "../support/server";

const work = () =>
  server.use(http.get(`${API}/figures`, () => HttpResponse.json({ disclaimer: "x", items: figures() })));

describe("the figures", () => {
  it("are reached from the foot of a page, each with what it is made of", async () => {
    work();
    const { user } = open("/");
    await user.click(await screen.findByRole("link", { name: "What the figures mean" }));
    const one = within(await screen.findByRole("region", { name: "Overdue" }));
    expect(one.getByText("Sum of the remaining amounts, one for each currency")).toBeTruthy();
    expect(one.getByText("Totals.overdue_minor")).toBeTruthy();
    expect(screen.getByText(/^Informational only, not an invoice/)).toBeTruthy();
  });

  it("are there for a role without a portfolio", async () => {
    work();
    server.use(
      http.get(`${API}/me`, () =>
        HttpResponse.json(me({ role: "product_owner", permissions: ["self", "sources.read"] })),
      ),
    );
    open("/figures");
    expect(await screen.findByRole("region", { name: "Forecast to quarter end" })).toBeTruthy();
  });

  it("can be searched", async () => {
    work();
    const { user } = open("/figures");
    await screen.findByRole("region", { name: "Overdue" });
    await user.type(screen.getByRole("searchbox", { name: "Search the figures" }), "least squares");
    expect(screen.queryByRole("region", { name: "Overdue" })).toBeNull();
    await user.type(screen.getByRole("searchbox"), " of nothing");
    expect(screen.getByText("No figure matches")).toBeTruthy();
    expect(matching(figures(), "AMPLITUDE").map(({ id }) => id)).toEqual(["forecast"]);
  });

  it("say why they cannot be read, and are asked for again", async () => {
    server.use(http.get(`${API}/figures`, () => problem(500, "internal")));
    const { user } = open("/figures");
    expect((await screen.findByRole("alert")).textContent).toContain("trace-1");
    work();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("region", { name: "Overdue" })).toBeTruthy();
  });
});
