/** Runs of quiet entries become one line that opens. */
import type { TimelineEntry } from "@/shared/api/types";

export type Folded = { kind: "one"; entry: TimelineEntry } | { kind: "run"; entries: TimelineEntry[] };

const QUIET = new Set(["invoice_issued", "source_state", "auto_resolved"]);
const RUN_MIN = 3;

/** Quiet: routine that nobody has to read. A payment that came, an invoice that was paid. */
export function isQuiet({ kind, after }: TimelineEntry): boolean {
  if (kind === "invoice_status") return after === "paid" || after === "pending";
  if (kind === "payment") return after === "succeeded";
  return QUIET.has(kind);
}

export function foldRuns(entries: readonly TimelineEntry[]): Folded[] {
  const found: Folded[] = [];
  let run: TimelineEntry[] = [];
  const close = () => {
    if (run.length >= RUN_MIN) found.push({ kind: "run", entries: run });
    else for (const entry of run) found.push({ kind: "one", entry });
    run = [];
  };
  for (const entry of entries) {
    if (isQuiet(entry)) run.push(entry);
    else {
      close();
      found.push({ kind: "one", entry });
    }
  }
  close();
  return found;
}
