/**
 * What this tab knows of the retries it asked for, one entry for each gateway invoice. It outlives a reload, so that a
 * key that may have reached the server is used again until there is a final answer: one wish is one charge.
 */
import type { Amount } from "@/shared/api/actions";
import { observable, useObservable } from "@/shared/lib/observable";

export type Place = "head" | "row";

/** `unanswered`: sent, and nobody knows whether it arrived. `refused`: answered with no, nothing was begun. */
export type Phase = "idle" | "confirming" | "sending" | "unanswered" | "tracking" | "refused";

export interface Entry {
  client_id: string;
  place: Place;
  phase: Phase;
  /** Null once there was a final answer: the next confirmation makes a new one. */
  key: string | null;
  /** What the person saw and confirmed. */
  amount: Amount | null;
  attempt_id: string | null;
  /** What the server said to the last try. */
  note: string | null;
  /** Found again after a reload: nobody has just opened it. */
  restored?: boolean;
}

type Entries = Readonly<Record<string, Entry>>;

const PLACE = "trueup.payment-retries";

function stored(): Entries {
  try {
    const found = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}") as Record<string, Entry>;
    return Object.fromEntries(Object.entries(found).map(([id, entry]) => [id, afterReload(entry)]));
  } catch {
    return {};
  }
}

/** A confirmation does not survive a reload, its key does; a request under way becomes one without an answer. */
function afterReload(entry: Entry): Entry {
  const phase = entry.phase === "confirming" ? "idle" : entry.phase === "sending" ? "unanswered" : entry.phase;
  return { ...entry, phase, restored: true };
}

export const entries = observable<Entries>(stored());

function set(next: Entries): void {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(next));
  } catch {
    // Without storage a reload forgets the key; the server still allows one open attempt at a time.
  }
  entries.set(next);
}

export const entryOf = (invoiceId: string): Entry | undefined => entries.get()[invoiceId];

export function put(invoiceId: string, change: Partial<Entry>): void {
  const former = entryOf(invoiceId);
  if (former) set({ ...entries.get(), [invoiceId]: { ...former, ...change } });
}

/** A confirmation opens: the key is made here, or kept where one may already be known to the server. */
export function beginConfirmation(invoiceId: string, clientId: string, place: Place): void {
  const former = entryOf(invoiceId);
  const key = former?.key ?? crypto.randomUUID();
  const entry: Entry = {
    client_id: clientId,
    place,
    phase: "confirming",
    key,
    amount: former?.key ? former.amount : null,
    attempt_id: null,
    note: null,
  };
  set({ ...entries.get(), [invoiceId]: entry });
}

/** Follow an attempt that the server already knows. */
export function track(invoiceId: string, clientId: string, place: Place, attemptId: string, final: boolean): void {
  const key = final ? null : (entryOf(invoiceId)?.key ?? null);
  const entry: Entry = {
    client_id: clientId,
    place,
    phase: "tracking",
    key,
    amount: null,
    attempt_id: attemptId,
    note: null,
  };
  set({ ...entries.get(), [invoiceId]: entry });
}

export function forget(invoiceId: string): void {
  const { [invoiceId]: _, ...rest } = entries.get();
  set(rest);
}

/** As after a reload. */
export function reloadEntries(): void {
  entries.set(stored());
}

export function useEntries(): Entries {
  return useObservable(entries);
}
