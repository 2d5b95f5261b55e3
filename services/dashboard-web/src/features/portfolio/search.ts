/** The state of the list, all of it in the address. Nonsense falls to what is safe; defaults are not written. */
import type { Band, Mark, PaymentStatus, PortfolioQuery } from "@/shared/api/types";
import { isDay } from "@/shared/lib/dates";
import { one, several } from "@/shared/lib/search-params";
import { BAND_CODES, MARK_CODES, STATUS_CODES } from "@/shared/lib/words";

export const PAGE_SIZE = 50;
export const SORT_FIELDS = [
  "name",
  "usage",
  "invoice_total",
  "due_date",
  "status",
  "variance",
  "variance_percent",
  "unexplained",
] as const;
export const AXES = ["due", "invoice", "service"] as const;
/** A link to another filter or page is another place. */
export const EXACTLY = { exact: true, includeSearch: true };
export const DEFAULT_SORT = "-variance";

export type SortField = (typeof SORT_FIELDS)[number];
export type Sort = SortField | `-${SortField}`;
export type Axis = (typeof AXES)[number];

export interface PortfolioSearch {
  search?: string;
  status?: PaymentStatus[];
  flagged?: true;
  band?: Band[];
  mark?: Mark[];
  from?: string;
  to?: string;
  axis?: Exclude<Axis, "due">;
  active?: "false" | "all";
  sort?: Sort;
  page?: number;
}

/** `"-name"` → name, descending. */
export function sortOf(search: PortfolioSearch): { field: SortField; descending: boolean } {
  const sort = search.sort ?? DEFAULT_SORT;
  return { field: sort.replace(/^-/, "") as SortField, descending: sort.startsWith("-") };
}

function readSort(value: unknown): Sort | undefined {
  const text = one(value) ?? "";
  const known = SORT_FIELDS.some((field) => field === text.replace(/^-/, ""));
  return known && text !== DEFAULT_SORT ? (text as Sort) : undefined;
}

function readRange(raw: Record<string, unknown>): Pick<PortfolioSearch, "from" | "to" | "axis"> {
  const from = isDay(one(raw.from)) ? one(raw.from) : undefined;
  const to = isDay(one(raw.to)) ? one(raw.to) : undefined;
  if (!from && !to) return {};
  const axis = AXES.find((each) => each === one(raw.axis));
  return {
    ...(from ? { from } : {}),
    ...(to && (!from || from <= to) ? { to } : {}),
    ...(axis && axis !== "due" ? { axis } : {}),
  };
}

/** Read whatever an address holds. */
export function readSearch(raw: Record<string, unknown>): PortfolioSearch {
  const search = one(raw.search)?.slice(0, 200).trim();
  const status = several(raw.status, STATUS_CODES) as PaymentStatus[];
  const band = several(raw.band, BAND_CODES) as Band[];
  const mark = several(raw.mark, MARK_CODES) as Mark[];
  const active = one(raw.active);
  const page = Number(one(raw.page));
  const sort = readSort(raw.sort);
  return {
    ...(search ? { search } : {}),
    ...(status.length ? { status } : {}),
    ...(one(raw.flagged) === "true" ? { flagged: true as const } : {}),
    ...(band.length ? { band } : {}),
    ...(mark.length ? { mark } : {}),
    ...readRange(raw),
    ...(active === "false" || active === "all" ? { active } : {}),
    ...(sort ? { sort } : {}),
    ...(Number.isInteger(page) && page > 1 && page <= 100_000 ? { page } : {}),
  };
}

/** What the API is asked. */
export function toQuery(search: PortfolioSearch): PortfolioQuery {
  const { axis, from, to, page, sort, active, ...rest } = search;
  return {
    ...rest,
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(from || to ? { axis: axis ?? "due" } : {}),
    active: active ?? "true",
    sort: sort ?? DEFAULT_SORT,
    page: page ?? 1,
    page_size: PAGE_SIZE,
  };
}

/** Another filter begins on the first page again. */
export function withFilter(search: PortfolioSearch, change: Record<string, unknown>): PortfolioSearch {
  return readSearch({ ...search, ...change, page: undefined });
}

/** Whether anything narrows the list beyond its default. */
export function isNarrowed({ sort: _sort, page: _page, ...filters }: PortfolioSearch): boolean {
  return Object.keys(filters).length > 0;
}
