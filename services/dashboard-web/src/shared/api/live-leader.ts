/**
 * One stream for the whole browser. Every tab asks for the same lock; the one that holds it opens the stream and tells
 * the others over a channel. When it closes, the next one gets the lock. Without locks each tab streams for itself.
 */
import { openStream, type StreamNews } from "./live-stream";

const LOCK = "trueup-live";
const CHANNEL = "trueup-live";

type Note = { kind: "news"; news: StreamNews } | { kind: "hello" };

/** Calls `tell` with everything that the stream says, whichever tab reads it. Returns what stops it. */
export function followLive(tell: (news: StreamNews) => void): () => void {
  const stop = new AbortController();
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
  let connected: boolean | null = null;
  let leading = false;

  const lead = () => {
    if (stop.signal.aborted) return Promise.resolve();
    leading = true;
    return openStream((news) => {
      if (news.kind === "connected" || news.kind === "down") connected = news.kind === "connected";
      if (stop.signal.aborted) return;
      tell(news);
      channel?.postMessage({ kind: "news", news } satisfies Note);
    }, stop.signal);
  };

  channel?.addEventListener("message", (event: MessageEvent<Note>) => {
    if (event.data.kind === "news" && !leading) tell(event.data.news);
    if (event.data.kind === "hello" && leading && connected !== null) {
      channel.postMessage({ kind: "news", news: { kind: connected ? "joined" : "down" } } satisfies Note);
    }
  });
  channel?.postMessage({ kind: "hello" } satisfies Note);

  if (channel && "locks" in navigator) {
    navigator.locks.request(LOCK, { signal: stop.signal }, lead).catch(() => undefined);
  } else {
    void lead();
  }
  return () => {
    stop.abort();
    channel?.close();
  };
}
