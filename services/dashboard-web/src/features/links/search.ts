/** The filters of the links workbench, all of them in the address. */
import { one } from "@/shared/lib/search-params";

export const SOURCES = ["amplitude", "quickbooks", "stripe"] as const;
export type LinkSource = (typeof SOURCES)[number];

export interface LinksSearch {
  search?: string;
  source?: LinkSource;
  page?: number;
}

const LENGTH_MAX = 200;

/** Read whatever an address holds. */
export function readLinksSearch(raw: Record<string, unknown>): LinksSearch {
  const text = one(raw.search)?.trim().slice(0, LENGTH_MAX);
  const source = SOURCES.find((each) => each === one(raw.source));
  const page = Number(one(raw.page));
  return {
    ...(text ? { search: text } : {}),
    ...(source ? { source } : {}),
    ...(Number.isInteger(page) && page > 1 && page <= 100_000 ? { page } : {}),
  };
}
