/** The live stream inside the page: gathers what changed for a second, then hands each change out once. */
import type { QueryClient } from "@tanstack/react-query";
import { observable } from "../lib/observable";
import { followLive } from "./live-leader";
import type { Change, StreamNews } from "./live-stream";

const GATHER_MS = 1000;
export const PAUSED_AFTER_MS = 30_000;

/** When the stream broke; null while it works. Starts as "not yet". */
export const downSince = observable<number | null>(Date.now());

type Listener = (ids: string[]) => void;
const listeners = new Set<Listener>();
const seen = new Map<string, number>();

/** Be told which accounts changed, at most once a second. */
export function onChanges(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The ids among these whose revision is news; remembers them. */
export function unseen(changes: Change[]): string[] {
  const fresh = changes.filter(({ client_id, revision }) => revision > (seen.get(client_id) ?? -1));
  for (const { client_id, revision } of fresh) seen.set(client_id, revision);
  return fresh.map(({ client_id }) => client_id);
}

/** Begin to listen; returns what stops it. */
export function startLive(client: QueryClient, follow: typeof followLive = followLive): () => void {
  const pending = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let everConnected = false;

  const flush = () => {
    timer = undefined;
    const ids = [...pending];
    pending.clear();
    for (const id of ids) void client.invalidateQueries({ queryKey: ["account", id] });
    for (const listener of listeners) listener(ids);
  };
  const tell = (news: StreamNews) => {
    if (news.kind === "accounts") {
      for (const id of unseen(news.changes)) pending.add(id);
      if (pending.size) timer ??= setTimeout(flush, GATHER_MS);
    } else if (news.kind === "retries") {
      // Someone waits for this: it is asked for at once, and has no revision to compare.
      for (const id of news.accounts) void client.invalidateQueries({ queryKey: ["account", id] });
    } else if (news.kind === "sources") {
      void client.invalidateQueries({ queryKey: ["sources"] });
      // What may be decided or asked for depends on the sources, although no figure of the account has moved.
      void client.invalidateQueries({ queryKey: ["account"] });
    } else if (news.kind === "connected" || news.kind === "joined") {
      downSince.set(null);
      // What happened while nobody listened is not told again.
      if (everConnected && news.kind === "connected") void client.invalidateQueries();
      everConnected = true;
    } else {
      downSince.set(downSince.get() ?? Date.now());
      if (news.kind === "closed") void client.invalidateQueries({ queryKey: ["me"] });
    }
  };
  const stop = follow(tell);
  return () => {
    clearTimeout(timer);
    stop();
  };
}
