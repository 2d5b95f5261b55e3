/** Days are `YYYY-MM-DD` text; instants are ISO 8601 text. Neither is ever read in the other's way. */

const DAY_MS = 86_400_000;
// Written out, because engines do not agree on "Sep" and "Sept".
const MONTHS = "January February March April May June July August September October November December".split(" ");

export interface DayRange {
  start: string;
  end: string;
}

/** Whether this is a day that exists, written as `2026-09-30`. */
export function isDay(text: unknown): text is string {
  return typeof text === "string" && /^\d{4}-\d{2}-\d{2}$/.test(text) && toDay(dayNumber(text)) === text;
}

/** Days since 1970-01-01; NaN for what is no day. */
export function dayNumber(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
}

/** The inverse of `dayNumber`; empty for NaN. */
export function toDay(number: number): string {
  return Number.isFinite(number) ? new Date(number * DAY_MS).toISOString().slice(0, 10) : "";
}

/** Today in a time zone, by default the reader's own. */
export function today(now: Date = new Date(), timeZone?: string): string {
  const zone = timeZone ? { timeZone } : {};
  return new Intl.DateTimeFormat("en-CA", { ...zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
}

const monthOf = (day: string) => MONTHS[Number(day.slice(5, 7)) - 1] ?? "";

/** `30 Sep` */
export function shortDayText(day: string): string {
  return `${Number(day.slice(8, 10))} ${shortMonthText(day)}`;
}

/** `30 Sep 2026` */
export function dayText(day: string): string {
  return `${shortDayText(day)} ${day.slice(0, 4)}`;
}

/** `30 Sep`, with the year when it is not that of `today`. */
export function nearDayText(day: string, today: string): string {
  return day.slice(0, 4) === today.slice(0, 4) ? shortDayText(day) : dayText(day);
}

/** `Sep` */
export function shortMonthText(day: string): string {
  return monthOf(day).slice(0, 3);
}

/** A half-open range: `September 2026` for a calendar month, else `3 Sep – 2 Oct 2026`. */
export function rangeText({ start, end }: DayRange): string {
  const next = new Date(dayNumber(start) * DAY_MS);
  next.setUTCMonth(next.getUTCMonth() + 1);
  if (start.endsWith("-01") && next.toISOString().slice(0, 10) === end) return `${monthOf(start)} ${start.slice(0, 4)}`;
  return `${shortDayText(start)} – ${dayText(toDay(dayNumber(end) - 1))}`;
}

/** `14 Oct 2026, 09:30` in the reader's own zone. */
export function instantText(instant: string): string {
  const at = new Date(instant);
  const time = `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
  return `${dayText(today(at))}, ${time}`;
}

/** `just now`, `3 min ago`, `5 h ago`, `2 d ago`. */
export function ageText(instant: string | number, now_ms: number = Date.now()): string {
  const age_s = Math.max(0, (now_ms - new Date(instant).getTime()) / 1000);
  if (age_s < 45) return "just now";
  if (age_s < 5400) return `${Math.max(1, Math.round(age_s / 60))} min ago`;
  if (age_s < 129_600) return `${Math.round(age_s / 3600)} h ago`;
  return `${Math.round(age_s / 86_400)} d ago`;
}

export type LateTone = "late" | "soon" | "later";

/** How a due day stands to today: `6 d late`, `due today`, `in 3 d`. */
export function dueText(due: string, day: string): { text: string; tone: LateTone } {
  const left = dayNumber(due) - dayNumber(day);
  if (left < 0) return { text: `${-left} d late`, tone: "late" };
  if (left === 0) return { text: "due today", tone: "soon" };
  return { text: `in ${left} d`, tone: left <= 7 ? "soon" : "later" };
}
