import type { SortField } from "./search";

export interface Column {
  key: string;
  label: string;
  sort?: SortField;
  /** What the first click on the header does. */
  descendingFirst?: boolean;
  numeric?: boolean;
  payments?: boolean;
}

const SELECT: Column = { key: "select", label: "" };
const COLUMNS: Column[] = [
  { key: "account", label: "Account", sort: "name" },
  { key: "usage", label: "Usage MTD", sort: "usage", descendingFirst: true, numeric: true },
  { key: "trend", label: "30 days" },
  { key: "invoice", label: "Invoice total", sort: "invoice_total", descendingFirst: true, numeric: true },
  { key: "due", label: "Due", sort: "due_date" },
  { key: "status", label: "Status", sort: "status", payments: true },
  { key: "variance", label: "Variance", sort: "variance", descendingFirst: true, numeric: true },
  { key: "percent", label: "%", sort: "variance_percent", descendingFirst: true, numeric: true },
  { key: "unexplained", label: "Unexplained", sort: "unexplained", descendingFirst: true, numeric: true },
  { key: "why", label: "Why" },
];

/** The columns for a role: no status without payments, no ticks without anything to do with them. */
export function columnsFor(seesPayments: boolean, selects: boolean): Column[] {
  const seen = COLUMNS.filter((column) => seesPayments || !column.payments);
  return selects ? [SELECT, ...seen] : seen;
}
