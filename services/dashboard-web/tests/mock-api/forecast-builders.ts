/** Daily usage and its projection. */
import type { Forecast, PortfolioForecast, Trend } from "@/shared/api/types";
import { dayNumber } from "@/shared/lib/dates";
import { daysFrom, TODAY } from "./builders";

export function trend(given: Partial<Trend> = {}): Trend {
  const first = "2026-08-01";
  const days = Array.from({ length: dayNumber(TODAY) - dayNumber(first) + 1 }, (_, index) => {
    const day = daysFrom(first, index);
    const weekend = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
    const value = (30_000 + 120 * index) * (weekend ? 0.62 : 1.1) + ((index * 7919) % 13) * 420;
    return { day, quantity: String(Math.round(day === TODAY ? value * 0.3 : value)), closed: day !== TODAY };
  });
  return {
    metric: "api_calls",
    unit: "calls",
    days,
    line: { from: first, to: "2026-12-31", intercept: "30500", slope: "118.4" },
    ...given,
  };
}

export function forecast(given: Partial<Forecast> = {}): Forecast {
  const usd = (amount_minor: number) => ({ amount_minor, currency: "USD" });
  return {
    status: "ok",
    quarter: { start: "2026-10-01", end: "2027-01-01" },
    amount: usd(1_702_400),
    low: usd(1_651_200),
    high: usd(1_753_600),
    method: "linear least squares",
    version: 1,
    basis: "rate_card",
    metrics: [
      {
        metric: "api_calls",
        unit: "calls",
        actual_quantity: "2204500",
        projected_quantity: "4256000",
        low_quantity: "4128000",
        high_quantity: "4384000",
        slope: "118.4",
        intercept: "30500",
        days_used: 114,
        from_day: "2026-08-01",
        to_day: "2026-11-22",
        backtest_error_percent: "3.42",
      },
    ],
    excluded: [],
    ...given,
  };
}

export function portfolioForecast(given: Partial<PortfolioForecast> = {}): PortfolioForecast {
  return {
    quarter: { start: "2026-10-01", end: "2027-01-01" },
    since: "2026-11-22",
    accounts: 52,
    by_currency: [
      {
        currency: "USD",
        accounts: 49,
        likely_minor: 84_120_000,
        low_minor: 80_400_000,
        high_minor: 87_900_000,
        low_if_independent_minor: 83_500_000,
        high_if_independent_minor: 84_750_000,
        moved: {
          moved_minor: 1_210_000,
          joined: 1,
          joined_minor: 400_000,
          left: 0,
          left_minor: 0,
          movers: [{ client_id: "acct_0007", name: "Lumen Health", moved_minor: 810_000 }],
        },
      },
    ],
    excluded: [
      { code: "not_enough_history", accounts: 2, listed: [{ client_id: "acct_0009", name: "Quarry Robotics" }] },
      { code: "calibration_drift", accounts: 1, listed: [{ client_id: "acct_0011", name: "Umbra Labs" }] },
    ],
    partly: [],
    ...given,
  };
}
