import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useReadOnly } from "@/shared/actions/read-only";
import { asProblem } from "@/shared/api/problem";
import { count, plural } from "@/shared/lib/format";
import { Banner } from "@/shared/ui/banner";
import { SlowNote } from "@/shared/ui/slow-note";
import { Changes, changesOf, Problems } from "./preview";
import { type CardFile, importCards } from "./queries";

function FileChoice({ disabled, onChosen }: { disabled: boolean; onChosen: (file: CardFile) => void }) {
  return (
    <p>
      <label className="file-choice">
        Rate cards as CSV or YAML{" "}
        <input
          type="file"
          accept=".csv,.yaml,.yml,text/csv,application/yaml"
          disabled={disabled}
          onChange={async (event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = "";
            if (file) onChosen({ name: file.name, bytes: await file.arrayBuffer() });
          }}
        />
      </label>
    </p>
  );
}

function Format() {
  return (
    <details className="card-format">
      <summary>What the file holds</summary>
      <p>
        One component a row. Every row needs <code>client_id</code>, <code>currency</code> and <code>valid_from</code>;{" "}
        <code>kind</code> is per_unit (when left out), graduated, volume, package, flat, minimum, discount or
        as_invoiced, and says which others it takes:{" "}
        <code>metric,unit,unit_price,tiers,package_size,included,amount,percent</code>,{" "}
        <code>component,billed,proration,quickbooks_item,valid_to</code>. A day in <code>valid_to</code> is the first
        one on which the terms no longer hold.
      </p>
      <pre>
        <code>
          {"client_id,metric,unit,unit_price,currency,quickbooks_item,valid_from,valid_to\n" +
            "cl_0007,api_calls,calls,0.005,USD,1,2026-01-01,2026-11-01\n" +
            "cl_0007,api_calls,calls,0.006,USD,1,2026-11-01,"}
        </code>
      </pre>
      <p>A YAML file is a list of accounts, each with client_id, currency and its components under the same names.</p>
    </details>
  );
}

/** Rate cards are shown before they are imported: each change, or each thing that is wrong. */
export function RatesPage() {
  const client = useQueryClient();
  const readOnly = useReadOnly();
  const [file, setFile] = useState<CardFile>();
  const look = useMutation({ mutationFn: (chosen: CardFile) => importCards(chosen, true) });
  const take = useMutation({
    mutationFn: (chosen: CardFile) => importCards(chosen, false),
    onSuccess: () => {
      setFile(undefined);
      look.reset();
      return client.invalidateQueries({ queryKey: ["account"] });
    },
  });
  const onChosen = (chosen: CardFile) => {
    setFile(chosen);
    take.reset();
    look.mutate(chosen);
  };
  const failed = look.error ?? take.error;
  const found = look.data;
  const changes = found ? changesOf(found) : 0;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Rate cards</h1>
      </header>
      <p className="page-lead">
        A file replaces the whole rate card of each account that it names; other accounts stay as they are, and former
        versions are kept. What would change is shown first. Periods that are over are judged anew by the new card.
      </p>
      {readOnly ? <Banner tone="info" title={readOnly} /> : null}
      <FileChoice disabled={readOnly !== null} onChosen={onChosen} />
      <Format />
      <SlowNote waiting={look.isPending || take.isPending} />
      {failed ? (
        <Banner tone="bad" title="Nothing was imported.">
          {asProblem(failed).message}
        </Banner>
      ) : null}
      <p role="status" className="outcome">
        {look.isPending
          ? "Looking what would change…"
          : take.data
            ? `Imported: ${count(take.data.added)} added, ${count(take.data.changed)} changed, ${count(take.data.removed)} removed. The figures follow within seconds.`
            : found && !found.errors_total
              ? `${file?.name}: ${changes ? `${plural(changes, "change")} in ${plural(found.rows, "row")}` : `nothing would change, all ${plural(found.rows, "row")} are as before`}.`
              : ""}
      </p>
      {found?.errors_total ? <Problems errors={found.errors} total={found.errors_total} /> : null}
      {file && found && changes && !found.errors_total ? (
        <>
          <p className="form-actions">
            <Button loading={take.isPending} onClick={() => take.mutate(file)}>
              Import {plural(changes, "change")}
            </Button>{" "}
            <Button
              variant="default"
              disabled={take.isPending}
              onClick={() => {
                setFile(undefined);
                look.reset();
              }}
            >
              Leave everything as it is
            </Button>
          </p>
          <Changes result={found} />
        </>
      ) : null}
    </div>
  );
}
