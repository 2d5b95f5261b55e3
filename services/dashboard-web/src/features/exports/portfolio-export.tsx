import { useMayAct } from "@/shared/api/me";
import type { ExportFilter } from "@/shared/api/types";
import { type ExportChoice, ExportPopover } from "./export-popover";

export interface PortfolioExportProps {
  /** The filters on the screen, as the API names them. */
  filter: ExportFilter;
  total: number;
  pageIds: string[];
  selectedIds: string[];
  place: "head" | "selection";
}

/** These accounts and no others; with a date range on the screen, its figures, which only the filter can ask for. */
function onlyThese({ from, to, axis, sort }: ExportFilter, ids: string[]): ExportChoice["order"] {
  if (!from && !to) return { format: "csv", client_ids: ids };
  const range = { ...(from ? { from } : {}), ...(to ? { to } : {}), ...(axis ? { axis } : {}) };
  return { format: "csv", filter: { ...range, ...(sort ? { sort } : {}), active: "all", ids: ids.join(",") } };
}

/** The API takes so many single rows together with a date range. */
const IDS_MAX = 50;

function tooMany({ from, to }: ExportFilter, ids: string[]): string | undefined {
  if (ids.length <= IDS_MAX || (!from && !to)) return undefined;
  return `With a date range at most ${IDS_MAX} selected rows go into one file. Select fewer, or choose any date.`;
}

/** What of the list can be exported, with the number of records of each. */
export function choicesOf({ filter, total, pageIds, selectedIds }: PortfolioExportProps): ExportChoice[] {
  return [
    {
      key: "page",
      label: "This page",
      records: pageIds.length,
      order: onlyThese(filter, pageIds),
      empty: "There is no row on this page.",
    },
    {
      key: "selection",
      label: "Selected rows",
      records: selectedIds.length,
      order: onlyThese(filter, selectedIds),
      block: tooMany(filter, selectedIds),
      empty: "No row is selected. Tick rows in the list first, or press X on a row.",
    },
    {
      key: "filter",
      label: "Everything that matches the filters",
      records: total,
      order: { format: "csv", filter },
      empty: "No account matches the filters.",
    },
  ];
}

/** "Export CSV" of the list, for those who may; for the others there is no button. */
export function PortfolioExport(props: PortfolioExportProps) {
  const may = useMayAct("exports.create");
  if (!may) return null;
  const atSelection = props.place === "selection";
  return (
    <ExportPopover
      button={atSelection ? "Export" : "Export CSV"}
      title={atSelection ? "Export the selection as CSV" : "Export CSV"}
      choices={choicesOf(props)}
      first={props.selectedIds.length ? "selection" : "page"}
      shortcut={atSelection ? undefined : "e"}
    >
      <p className="note">One row for each account, in the order and with the dates on the screen.</p>
    </ExportPopover>
  );
}
