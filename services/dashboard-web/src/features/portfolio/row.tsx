import { Link } from "@tanstack/react-router";
import { memo, type ReactNode } from "react";
import type { AccountItem } from "@/shared/api/types";
import { FlagMarkPill } from "@/shared/ui/flag-mark";
import { Sparkline } from "@/shared/ui/sparkline";
import {
  DueCell,
  InvoiceCell,
  PercentCell,
  StatusCell,
  SyncPill,
  UnexplainedCell,
  UsageCell,
  VarianceCell,
  WhyCell,
} from "./cells";
import type { Column } from "./columns";
import { rememberOpened } from "./return-focus";
import { type OnSelect, SelectCell } from "./select-cells";

interface RowProps {
  item: AccountItem;
  columns: Column[];
  fresh: boolean;
  day: string;
  selected: boolean;
  onSelect: OnSelect;
}

function cell(key: string, item: AccountItem, day: string): ReactNode {
  switch (key) {
    case "usage":
      return <UsageCell item={item} />;
    case "trend":
      return <Sparkline trend={item.trend} />;
    case "invoice":
      return <InvoiceCell item={item} />;
    case "due":
      return <DueCell due={item.due_date} status={item.status} day={day} />;
    case "status":
      return <StatusCell status={item.status} />;
    case "variance":
      return <VarianceCell item={item} />;
    case "percent":
      return <PercentCell item={item} />;
    case "unexplained":
      return <UnexplainedCell item={item} />;
    default:
      return <WhyCell item={item} />;
  }
}

/** One account. Its name is a real link; the rest of the row is text to read and copy. */
export const Row = memo(function Row({ item, columns, fresh, day, selected, onSelect }: RowProps) {
  const mark = item.flag;
  return (
    <tr
      data-flagged={item.flagged || undefined}
      data-fresh={fresh || undefined}
      data-selected={selected || undefined}
      data-id={item.client_id}
    >
      {columns.map(({ key, label, numeric }) =>
        key === "select" ? (
          <SelectCell key={key} item={item} selected={selected} onSelect={onSelect} />
        ) : key === "account" ? (
          <th key={key} scope="row" className="col-account">
            <span className="account-cell">
              <Link
                to="/accounts/$clientId"
                params={{ clientId: item.client_id }}
                className="account-link"
                preload="intent"
                title={item.name}
                onClick={() => rememberOpened(item.client_id)}
              >
                {item.name}
              </Link>
              <span className="account-id">{item.client_id}</span>
              {item.active ? null : <span className="pill">ended</span>}
              <SyncPill sources={item.sources} />
              {mark ? <FlagMarkPill mark={mark} /> : null}
            </span>
          </th>
        ) : (
          <td key={key} className={`col-${key}`} data-numeric={numeric || undefined} data-label={label}>
            {cell(key, item, day)}
          </td>
        ),
      )}
    </tr>
  );
});
