import { useCallback, useEffect, useMemo, useRef } from "react";
import type { AccountItem } from "@/shared/api/types";
import { today } from "@/shared/lib/dates";
import { Bar } from "@/shared/ui/skeleton";
import type { Column } from "./columns";
import { GridHead } from "./grid-head";
import { Row } from "./row";
import { PAGE_SIZE, type PortfolioSearch, type Sort, sortOf } from "./search";
import { toggle, useSelection } from "./selection";

const SKELETON_ROWS = Array.from({ length: PAGE_SIZE }, (_, index) => index);

interface GridProps {
  items: AccountItem[] | undefined;
  columns: Column[];
  search: PortfolioSearch;
  fresh: ReadonlySet<string>;
  dimmed: boolean;
  onSort: (sort: Sort) => void;
}

/** A native table: 50 rows, no virtual scrolling, nothing in a row that a table does not have. */
export function Grid({ items, columns, search, fresh, dimmed, onSort }: GridProps) {
  const day = today();
  const selected = useSelection();
  const ids = useMemo(() => items?.map(({ client_id }) => client_id) ?? [], [items]);
  const order = useRef(ids);
  useEffect(() => {
    order.current = ids;
  }, [ids]);
  // The same function for good: a row is drawn anew only when its own tick changes.
  const onSelect = useCallback((id: string, range: boolean) => toggle(id, order.current, range), []);
  return (
    <div className="grid-wrap">
      <table
        className="grid"
        data-by={sortOf(search).field}
        data-dimmed={dimmed || undefined}
        aria-busy={!items || dimmed}
      >
        <caption className="visually-hidden">Accounts with usage, invoice, status and variance</caption>
        <GridHead columns={columns} search={search} onSort={onSort} ids={ids} selected={selected} />
        <tbody>
          {items
            ? items.map((item) => (
                <Row
                  key={item.client_id}
                  item={item}
                  columns={columns}
                  fresh={fresh.has(item.client_id)}
                  day={day}
                  selected={selected.has(item.client_id)}
                  onSelect={onSelect}
                />
              ))
            : SKELETON_ROWS.map((index) => <SkeletonRow key={index} columns={columns} />)}
        </tbody>
      </table>
    </div>
  );
}

function SkeletonRow({ columns }: { columns: Column[] }) {
  return (
    <tr className="skeleton-row" aria-hidden="true">
      {columns.map(({ key, numeric, label }) => (
        <td key={key} className={`col-${key}`} data-numeric={numeric || undefined} data-label={label}>
          {key === "select" ? null : <Bar width={key === "account" || key === "why" ? "70%" : "60%"} />}
        </td>
      ))}
    </tr>
  );
}
