/** The geometry of the trend chart, apart from its drawing. Days are numbers since 1970; values are units a day. */
import type { MetricForecast, Trend } from "@/shared/api/types";
import { dayNumber, toDay } from "@/shared/lib/dates";

export interface Point {
  day: number;
  value: number | null;
  closed: boolean;
}

export interface Projection {
  day: number;
  value: number;
  low: number;
  high: number;
}

export interface TrendModel {
  points: Point[];
  projection: Projection[];
  first: number;
  last: number;
  most: number;
}

/** Half the width of the 80 % range of a single day, from that of the sum over the days left. */
export function dayMargin(metric: MetricForecast | undefined, daysLeft: number): number {
  if (!metric?.high_quantity || !metric.projected_quantity || daysLeft < 1) return 0;
  return Math.max(0, Number(metric.high_quantity) - Number(metric.projected_quantity)) / Math.sqrt(daysLeft);
}

/** Everything to draw for one metric; `end` is the first day after the quarter. */
export function trendModel(trend: Trend, metric: MetricForecast | undefined, end: string | undefined): TrendModel {
  const points = trend.days.map(({ day, quantity, closed }) => ({
    day: dayNumber(day),
    value: quantity === null ? null : Number(quantity),
    closed,
  }));
  const projection = project(trend, metric, points, end);
  const values = [...points.map(({ value }) => value ?? 0), ...projection.map(({ high }) => high), 1e-9];
  return {
    points,
    projection,
    first: points[0]?.day ?? projection[0]?.day ?? 0,
    last: projection.at(-1)?.day ?? points.at(-1)?.day ?? 0,
    most: niceTop(Math.max(...values)),
  };
}

function project(
  trend: Trend,
  metric: MetricForecast | undefined,
  points: Point[],
  end: string | undefined,
): Projection[] {
  if (!trend.line || !end) return [];
  const origin = dayNumber(trend.line.from);
  const lastClosed = points.filter(({ closed, value }) => closed && value !== null).at(-1)?.day;
  const from = lastClosed === undefined ? origin : lastClosed + 1;
  const count = Math.max(0, dayNumber(end) - from);
  const margin = dayMargin(metric, count);
  return Array.from({ length: count }, (_, index) => {
    const day = from + index;
    const value = Number(trend.line?.intercept) + Number(trend.line?.slope) * (day - origin);
    return { day, value: Math.max(0, value), low: Math.max(0, value - margin), high: Math.max(0, value + margin) };
  });
}

/** The next round figure whose half is round too, as an axis needs it. */
export function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((one) => one * power >= value) ?? 10;
  return step * power;
}

/** Unbroken runs of known values: a gap in the data is a gap in the line. */
export function runs(points: readonly Point[]): Point[][] {
  const found: Point[][] = [];
  let run: Point[] = [];
  for (const point of points) {
    if (point.value === null) {
      if (run.length) found.push(run);
      run = [];
    } else run.push(point);
  }
  if (run.length) found.push(run);
  return found;
}

/** Firsts of months between two days. */
export function monthStarts(first: number, last: number): number[] {
  const found: number[] = [];
  for (let day = first; day <= last; day++) if (toDay(day).endsWith("-01")) found.push(day);
  return found;
}
