import { useMayAct } from "@/shared/api/me";
import type { Account } from "@/shared/api/types";
import { plural } from "@/shared/lib/format";
import { ExportPopover } from "./export-popover";

/** Report and rows of one account, for those who may; for the others there is no button. */
export function AccountExports({ account }: { account: Account }) {
  const may = useMayAct("exports.create");
  if (!may) return null;
  const { client_id, invoices_total } = account;
  return (
    <>
      <ExportPopover
        button="Report PDF"
        title="Forecast report as PDF"
        first="report"
        choices={[
          {
            key: "report",
            label: "Report",
            // How many invoices it lists at most is a setting of the server.
            records: null,
            order: { format: "pdf", client_ids: [client_id] },
          },
        ]}
      >
        <p className="note">
          Summary, trend with forecast, the reasons of the variance and the latest invoices. Each invoice that it lists
          counts as a record, at least one; this account has {plural(invoices_total, "invoice")}.
        </p>
      </ExportPopover>
      <ExportPopover
        button="Export CSV"
        title="This account as CSV"
        reasonSaid
        first="invoices"
        choices={[
          {
            key: "invoices",
            label: "All invoices",
            records: invoices_total,
            order: { format: "csv", client_ids: [client_id], detail: true },
            empty: "There is no invoice. The row of the grid can still be exported.",
          },
          {
            key: "row",
            label: "The row of the grid",
            records: 1,
            order: { format: "csv", client_ids: [client_id] },
          },
        ]}
      />
    </>
  );
}
