/** Rows that change under the reader's eyes: new figures go in where the row stands; the order waits for a click. */
import type { AccountItem, Portfolio } from "@/shared/api/types";
import { type PortfolioSearch, type SortField, sortOf } from "./search";

const SORTED_BY: Record<SortField, (item: AccountItem) => unknown> = {
  name: (item) => item.name,
  usage: (item) => item.usage_mtd[0]?.quantity,
  invoice_total: (item) => item.invoice_total?.amount_minor,
  due_date: (item) => item.due_date,
  status: (item) => item.status,
  variance: (item) => item.variance?.amount_minor,
  variance_percent: (item) => item.variance?.percent,
  unexplained: (item) => item.variance?.unexplained_minor,
};

/** Whether the filters that live figures can change still let the account through. */
export function stillMatches({ status, band, flagged }: PortfolioSearch, item: AccountItem): boolean {
  if (status && !(item.status && status.includes(item.status))) return false;
  if (band && !(item.variance && band.includes(item.variance.band))) return false;
  return !flagged || item.flagged;
}

export interface Patched {
  page: Portfolio;
  /** Rows whose figures are new. */
  fresh: string[];
  /** Rows that would stand elsewhere, or nowhere, if the list were sorted and filtered now. */
  displaced: string[];
}

/** Put `rows`, the answer to asking for `asked`, into the page without moving anything. */
export function patchRows(page: Portfolio, asked: string[], rows: AccountItem[], search: PortfolioSearch): Patched {
  const sortValue = SORTED_BY[sortOf(search).field];
  const answered = new Map(rows.map((row) => [row.client_id, row]));
  const fresh: string[] = [];
  const displaced: string[] = [];
  const items = page.items.map((item) => {
    if (!asked.includes(item.client_id)) return item;
    const next = answered.get(item.client_id);
    if (!next) displaced.push(item.client_id);
    if (!next || next.revision <= item.revision) return item;
    fresh.push(item.client_id);
    if (sortValue(next) !== sortValue(item) || !stillMatches(search, next)) displaced.push(item.client_id);
    return next;
  });
  return { page: { ...page, items }, fresh, displaced };
}
