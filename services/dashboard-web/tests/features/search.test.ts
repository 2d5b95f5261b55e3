import { describe, expect, it } from "vitest";
import { pageNumbers } from "@/features/portfolio/pager";
import { isNarrowed, readSearch, sortOf, toQuery, withFilter } from "@/features/portfolio/search";
import { parseSearch, stringifySearch } from "@/shared/lib/search-params";

describe("the address of the list", () => {
  it("comes back as it was written", () => {
    const address =
      "?search=harbor&status=overdue&status=failed&flagged=true&from=2026-10-01&to=2026-12-31&axis=service&sort=name&page=3";
    const read = readSearch(parseSearch(address));
    expect(readSearch(parseSearch(stringifySearch({ ...read })))).toEqual(read);
    expect(read.status).toEqual(["overdue", "failed"]);
  });

  it.each([
    ["?page=-1", {}],
    ["?page=x", {}],
    ["?page=1", {}],
    ["?page=2.5", {}],
    ["?sort=colour", {}],
    ["?sort=-variance", {}],
    ["?status=lost", {}],
    ["?flagged=perhaps", {}],
    ["?from=2026-02-30", {}],
    ["?from=2026-03-01&to=2026-01-01", { from: "2026-03-01" }],
    ["?axis=service", {}],
    ["?active=maybe", {}],
    ["?constructor=1&__proto__=2", {}],
  ])("takes nonsense %s for what is safe", (address, expected) => {
    expect(readSearch(parseSearch(address))).toEqual(expected);
  });

  it("asks the API for what it says, and for nothing it does not know", () => {
    expect(toQuery({})).toEqual({ active: "true", sort: "-variance", page: 1, page_size: 50 });
    expect(toQuery({ from: "2026-10-01", active: "all", sort: "name", page: 2 })).toEqual({
      from: "2026-10-01",
      axis: "due",
      active: "all",
      sort: "name",
      page: 2,
      page_size: 50,
    });
  });

  it("begins on the first page when a filter changes", () => {
    expect(withFilter({ page: 7, search: "a" }, { flagged: "true" })).toEqual({ search: "a", flagged: true });
    expect(isNarrowed({ sort: "name", page: 2 })).toBe(false);
    expect(isNarrowed({ active: "all" })).toBe(true);
    expect(sortOf({})).toEqual({ field: "variance", descending: true });
  });
});

describe("page numbers", () => {
  it.each([
    [1, 1, [1]],
    [1, 14, [1, 2, null, 14]],
    [7, 14, [1, null, 6, 7, 8, null, 14]],
    [3, 5, [1, 2, 3, 4, 5]],
  ])("around %i of %i", (page, pages, expected) => {
    expect(pageNumbers(page, pages)).toEqual(expected);
  });
});
