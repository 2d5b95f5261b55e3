import { SortDown, SortUp } from "@/shared/ui/icons";
import type { Column } from "./columns";
import { type PortfolioSearch, type Sort, sortOf } from "./search";
import { SelectPageHead } from "./select-cells";

interface GridHeadProps {
  columns: Column[];
  search: PortfolioSearch;
  onSort: (sort: Sort) => void;
  ids: string[];
  selected: ReadonlySet<string>;
}

/** Column heads; those that sort are buttons and say how they sort. */
export function GridHead({ columns, search, onSort, ids, selected }: GridHeadProps) {
  const { field, descending } = sortOf(search);
  return (
    <thead>
      <tr>
        {columns.map((column) => {
          const { key, label, sort, numeric, descendingFirst } = column;
          if (key === "select") return <SelectPageHead key={key} ids={ids} selected={selected} />;
          const sorted = sort !== undefined && sort === field;
          const nextDescending = sorted ? !descending : (descendingFirst ?? false);
          return (
            <th
              key={key}
              scope="col"
              className={`col-${key}`}
              data-numeric={numeric || undefined}
              aria-sort={sorted ? (descending ? "descending" : "ascending") : undefined}
            >
              {sort ? (
                <button
                  type="button"
                  className="sort"
                  data-sorted={sorted || undefined}
                  aria-label={key === "percent" ? "Variance in percent" : undefined}
                  onClick={() => onSort(nextDescending ? `-${sort}` : sort)}
                >
                  {label}
                  {sorted ? descending ? <SortDown size={12} /> : <SortUp size={12} /> : null}
                </button>
              ) : (
                label
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
