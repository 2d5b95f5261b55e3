/** Flags that this page is writing or has sent, one for each issue; they outlive their panels, not the page. */
import type { Channel, FlagOrder } from "@/shared/api/actions";
import { observable, useObservable } from "@/shared/lib/observable";

export interface Edit {
  target?: string;
  subject?: string;
  text?: string;
}

export interface Writing {
  open: boolean;
  channel: Channel;
  edits: Partial<Record<Channel, Edit>>;
  sending: boolean;
  /** The request without an answer and its key: sent again as it was, it is the same message. */
  pending: { key: string; order: FlagOrder } | null;
  flagId: string | null;
  problem: string | null;
  /** The last message may have arrived, and the person has looked: send all the same. */
  resend: boolean;
}

const FRESH: Writing = {
  open: false,
  channel: "slack",
  edits: {},
  sending: false,
  pending: null,
  flagId: null,
  problem: null,
  resend: false,
};

export const writings = observable<Readonly<Record<string, Writing>>>({});

export const writingOf = (issue: string): Writing => writings.get()[issue] ?? FRESH;

export function change(issue: string, given: Partial<Writing>): void {
  writings.set({ ...writings.get(), [issue]: { ...writingOf(issue), ...given } });
}

export function edit(issue: string, given: Edit): void {
  const { channel, edits } = writingOf(issue);
  change(issue, { edits: { ...edits, [channel]: { ...edits[channel], ...given } }, problem: null });
}

export function discard(issue: string): void {
  const { [issue]: _, ...rest } = writings.get();
  writings.set(rest);
}

export function useWriting(issue: string): Writing {
  return useObservable(writings)[issue] ?? FRESH;
}
