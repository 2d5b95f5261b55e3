import { describe, expect, it } from "vitest";
import { foldRuns } from "@/features/account/fold";
import { daysOfPart } from "@/features/account/receipt";
import { firstPeriod, sumReceipt } from "@/features/account/sum";
import { learnedLate } from "@/features/account/timeline";
import { readOut } from "@/features/account/trend-chart";
import { dayMargin, monthStarts, niceTop, runs, trendModel } from "@/features/account/trend-scale";
import { dayNumber } from "@/shared/lib/dates";
import { account, event } from "../mock-api/account-builders";
import { forecast, trend } from "../mock-api/forecast-builders";
import { reconciliation } from "../mock-api/reconciliation-builders";

describe("the receipt", () => {
  it("adds up to the variance", () => {
    const sum = sumReceipt(reconciliation());
    expect(sum).toMatchObject({ expected_minor: 500_000, net_billed_minor: 474_500, amount_minor: -25_500 });
    expect(sum?.expected_rest_minor).toBe(0);
    expect(sum?.billed_rest_minor).toBe(0);
  });

  it("names what the lines do not hold instead of hiding it", () => {
    expect(sumReceipt(reconciliation({ billed_minor: 474_510, amount_minor: -25_490 }))?.billed_rest_minor).toBe(10);
  });

  it("names the days of a price only when it changed inside the period", () => {
    const [part] = reconciliation().receipt?.expected ?? [];
    const days = (from_day: string, to_day: string) =>
      part && daysOfPart({ ...part, from_day, to_day }, reconciliation().period);
    expect(days("2026-10-01", "2026-10-31")).toBe("");
    expect(days("2026-10-01", "2026-10-14")).toBe(" · 1 Oct – 14 Oct");
  });

  it("has no figures where there are none", () => {
    expect(sumReceipt(reconciliation({ expected_minor: null }))).toBeNull();
    expect(sumReceipt(reconciliation({ receipt: null }))).toBeNull();
  });

  it("begins with the period of the row, else the latest that is due", () => {
    const { reconciliations } = account();
    expect(firstPeriod(reconciliations, "2026-09-01")?.period.start).toBe("2026-09-01");
    expect(firstPeriod(reconciliations, undefined)?.period.start).toBe("2026-10-01");
    expect(firstPeriod([], undefined)).toBeUndefined();
  });
});

describe("the timeline", () => {
  const quiet = (at: string) => event({ occurred_at: at });
  const loud = event({ kind: "judged", title: "flagged" });

  it("folds runs of three and more, and nothing that matters", () => {
    const folded = foldRuns([quiet("a"), quiet("b"), loud, quiet("c"), quiet("d"), quiet("e")]);
    expect(folded.map(({ kind }) => kind)).toEqual(["one", "one", "one", "run"]);
    expect(foldRuns([loud, loud, loud]).every(({ kind }) => kind === "one")).toBe(true);
  });

  it("says when something was learned late", () => {
    expect(learnedLate(event())).toBe(false);
    expect(learnedLate(event({ learned_at: "2026-11-02T06:00:00Z" }))).toBe(true);
  });
});

describe("the trend", () => {
  it("goes on from the last closed day to the day before the quarter's end", () => {
    const [metric] = forecast().metrics;
    const model = trendModel(trend(), metric, "2027-01-01");
    expect(model.projection[0]?.day).toBe(dayNumber("2026-11-23"));
    expect(model.projection.at(-1)?.day).toBe(dayNumber("2026-12-31"));
    const first = model.projection[0];
    expect(first?.value).toBeCloseTo(30_500 + 118.4 * (dayNumber("2026-11-23") - dayNumber("2026-08-01")), 6);
    expect(first && first.low < first.value && first.value < first.high).toBe(true);
  });

  it("is not drawn without a forecast, and never below zero", () => {
    expect(trendModel(trend(), undefined, undefined).projection).toEqual([]);
    const falling = trend({ line: { from: "2026-08-01", to: "2026-12-31", intercept: "100", slope: "-10" } });
    expect(trendModel(falling, undefined, "2027-01-01").projection.every(({ value }) => value === 0)).toBe(true);
  });

  it("has a band for one day out of that for the sum", () => {
    const [metric] = forecast().metrics;
    expect(dayMargin(metric, 16)).toBeCloseTo((4_384_000 - 4_256_000) / 4, 6);
    expect(dayMargin(undefined, 16)).toBe(0);
  });

  it("shows a gap as a gap", () => {
    const point = (day: number, value: number | null) => ({ day, value, closed: true });
    expect(runs([point(1, 5), point(2, null), point(3, 6), point(4, 7)]).map((run) => run.length)).toEqual([1, 2]);
    expect(readOut(dayNumber("2026-11-02"), point(0, null), undefined, "calls")).toBe("2 Nov 2026: not known");
    expect(readOut(dayNumber("2026-11-02"), point(0, 1834), undefined, "calls")).toBe("2 Nov 2026: 1,834 calls");
  });

  it("marks months and round figures", () => {
    expect(monthStarts(dayNumber("2026-10-15"), dayNumber("2026-12-02"))).toEqual([
      dayNumber("2026-11-01"),
      dayNumber("2026-12-01"),
    ]);
    expect([0.7, 1, 1.2, 37_000, 99].map(niceTop)).toEqual([0.8, 1, 1.2, 40_000, 100]);
  });
});
