/** Daily usage and its projection. */
import type { Forecast, Trend } from "@/shared/api/types";
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
