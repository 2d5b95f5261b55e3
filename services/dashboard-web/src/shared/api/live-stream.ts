/** One connection to the live stream, kept up: backs off, reopens when told to, stops when the session has ended. */

export interface Change {
  client_id: string;
  revision: number;
}

export type StreamNews =
  | { kind: "connected" }
  | { kind: "joined" }
  | { kind: "down" }
  | { kind: "closed" }
  | { kind: "sources" }
  | { kind: "accounts"; changes: Change[] }
  | { kind: "retries"; accounts: string[] };

const BACKOFF_FIRST_MS = 1000;
const BACKOFF_MOST_MS = 30_000;

/** The changes of one event; what cannot be read is no change. */
export function changesOf(data: string): Change[] {
  try {
    const { changes } = JSON.parse(data) as { changes?: unknown };
    if (!Array.isArray(changes)) return [];
    return changes.filter(
      (one): one is Change => typeof one?.client_id === "string" && typeof one?.revision === "number",
    );
  } catch {
    return [];
  }
}

/** The accounts whose payment retries moved; what cannot be read is none. */
export function accountsOf(data: string): string[] {
  try {
    const { changes } = JSON.parse(data) as { changes?: unknown };
    if (!Array.isArray(changes)) return [];
    return changes.map((one) => one?.client_id).filter((id): id is string => typeof id === "string");
  } catch {
    return [];
  }
}

/** Resolves when `signal` aborts or the server has closed the stream for good. */
export function openStream(tell: (news: StreamNews) => void, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wait_ms = BACKOFF_FIRST_MS;

    const finish = () => {
      clearTimeout(timer);
      source?.close();
      done();
    };
    const again = (after_ms: number) => {
      source?.close();
      timer = setTimeout(open, after_ms * (0.7 + Math.random() * 0.6));
    };
    const open = () => {
      source = new EventSource("/api/v1/stream");
      source.onopen = () => {
        wait_ms = BACKOFF_FIRST_MS;
        tell({ kind: "connected" });
      };
      source.onerror = () => {
        tell({ kind: "down" });
        again(wait_ms);
        wait_ms = Math.min(BACKOFF_MOST_MS, wait_ms * 2);
      };
      source.addEventListener("accounts", (event) => tell({ kind: "accounts", changes: changesOf(event.data) }));
      source.addEventListener("retries", (event) => tell({ kind: "retries", accounts: accountsOf(event.data) }));
      source.addEventListener("sources", () => tell({ kind: "sources" }));
      source.addEventListener("reconnect", () => again(0));
      source.addEventListener("closed", () => {
        tell({ kind: "closed" });
        finish();
      });
    };
    signal.addEventListener("abort", finish, { once: true });
    open();
  });
}
