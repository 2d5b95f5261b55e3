/** The rows that are ticked. Kept beside React and by id: paging, sorting and filtering leave them ticked. */
import { observable, useObservable } from "@/shared/lib/observable";

const ticked = observable<ReadonlySet<string>>(new Set());
/** Where a range begins: the row ticked last. */
let anchor: string | null = null;

export const useSelection = () => useObservable(ticked);
export const selectedIds = () => [...ticked.get()];

export function clearSelection(): void {
  anchor = null;
  ticked.set(new Set());
}

/** Tick these, or take their ticks away. */
export function setSelected(ids: readonly string[], on: boolean): void {
  const next = new Set(ticked.get());
  for (const id of ids) {
    if (on) next.add(id);
    else next.delete(id);
  }
  ticked.set(next);
}

/** The ids from one to the other in the order on screen, both included; only `to` when `from` is not on screen. */
export function between(order: readonly string[], from: string | null, to: string): string[] {
  const start = from === null ? -1 : order.indexOf(from);
  const end = order.indexOf(to);
  if (start < 0 || end < 0) return [to];
  return order.slice(Math.min(start, end), Math.max(start, end) + 1);
}

/** Tick a row or take its tick away; with `range` all rows since the one before get what this one gets. */
export function toggle(id: string, order: readonly string[], range: boolean): void {
  const on = !ticked.get().has(id);
  setSelected(range ? between(order, anchor, id) : [id], on);
  anchor = id;
}
