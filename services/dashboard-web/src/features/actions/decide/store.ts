/** Decisions that are being written, one for each period or gap; they outlive their panels, not the page. */
import type { DecisionOrder } from "@/shared/api/actions";
import { observable, useObservable } from "@/shared/lib/observable";

export interface Draft {
  /** `resolve`, `undo dc_1`: which of the offers. */
  choice: string | null;
  reason: string;
  until: string;
  /** The figures that the person saw when they began, as text: others by now must be looked at first. */
  seen: string;
  sending: boolean;
  /** The request without an answer and its key: sent again as it was, it is the same decision. */
  pending: { key: string; order: DecisionOrder } | null;
  problem: string | null;
}

const FRESH: Draft = { choice: null, reason: "", until: "", seen: "", sending: false, pending: null, problem: null };

export const drafts = observable<Readonly<Record<string, Draft>>>({});

export const draftOf = (name: string): Draft | undefined => drafts.get()[name];
export const useDraft = (name: string): Draft | undefined => useObservable(drafts)[name];

export function begin(name: string, seen: string): void {
  drafts.set({ ...drafts.get(), [name]: { ...FRESH, seen } });
}

export function change(name: string, given: Partial<Draft>): void {
  const former = draftOf(name);
  if (former) drafts.set({ ...drafts.get(), [name]: { ...former, ...given } });
}

export function discard(name: string): void {
  const { [name]: _, ...rest } = drafts.get();
  drafts.set(rest);
}
