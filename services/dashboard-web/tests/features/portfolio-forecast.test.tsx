import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { portfolioForecast } from "../mock-api/forecast-builders";
import { open } from "../support/screen";
import { API, problem, server } from "../support/server";

const strip = async () => within(await screen.findByRole("region", { name: "Quarter forecast" }));
const give = (given: Parameters<typeof portfolioForecast>[0]) =>
  server.use(http.get(`${API}/portfolio/forecast`, () => HttpResponse.json(portfolioForecast(given))));

describe("the portfolio's forecast", () => {
  it("stands above the grid with its range and what moved since last week", async () => {
    open("/");
    const shown = await strip();
    expect(shown.getByText("$841,200.00")).toBeTruthy();
    expect(
      shown.getByText("likely USD by 31 Dec, $804,000.00 to $879,000.00, +$12,100.00 since last week"),
    ).toBeTruthy();
    expect(shown.getByText(/between \$835,000.00 and \$847,500.00/)).toBeTruthy();
    expect(shown.getByRole("link", { name: "Lumen Health" })).toBeTruthy();
  });

  it("counts and names whoever is left out, each with the reason", async () => {
    open("/");
    const shown = await strip();
    expect(shown.getByText(/Forecast of 49 of 52 accounts/)).toBeTruthy();
    const [first, second] = shown.getAllByRole("listitem").slice(1);
    expect(first?.textContent).toBe(
      "2 accounts left out: under three complete months of usage. Quarry Robotics and 1 more",
    );
    expect(second?.textContent).toContain("forecasting is off until a calibration is cleared");
  });

  it("says nothing about a movement where there is no week to compare with", async () => {
    const [usd] = portfolioForecast().by_currency;
    give({ since: null, by_currency: [{ ...(usd as NonNullable<typeof usd>), moved: null }] });
    open("/");
    const shown = await strip();
    expect(shown.queryByText(/since/)).toBeNull();
  });

  it("keeps currencies apart", async () => {
    const [usd] = portfolioForecast().by_currency;
    const yen = { ...(usd as NonNullable<typeof usd>), currency: "JPY", likely_minor: 5_000 };
    give({ by_currency: [usd as NonNullable<typeof usd>, yen] });
    open("/");
    expect((await strip()).getByText("¥5,000")).toBeTruthy();
  });

  it("leaves the grid alone when it cannot be had", async () => {
    server.use(http.get(`${API}/portfolio/forecast`, () => problem(503, "unavailable")));
    open("/");
    expect(await screen.findByRole("link", { name: "Harbor Analytics" })).toBeTruthy();
    expect(screen.queryByRole("region", { name: "Quarter forecast" })).toBeNull();
  });
});
