import { dayNumber, toDay } from "@/shared/lib/dates";

export interface Preset {
  label: string;
  from: string;
  to: string;
}

function quarterStart(year: number, quarter: number): string {
  return new Date(Date.UTC(year, quarter * 3, 1)).toISOString().slice(0, 10);
}

/** The ranges that a reconciliation asks for most; both ends belong to them. */
export function presets(today: string): Preset[] {
  const year = Number(today.slice(0, 4));
  const quarter = Math.floor((Number(today.slice(5, 7)) - 1) / 3);
  const lastDay = (start: string) => toDay(dayNumber(start) - 1);
  const current = quarterStart(year, quarter);
  return [
    { label: "This quarter", from: current, to: lastDay(quarterStart(year, quarter + 1)) },
    { label: "Last quarter", from: quarterStart(year, quarter - 1), to: lastDay(current) },
    { label: "Next 30 days", from: today, to: toDay(dayNumber(today) + 30) },
  ];
}
