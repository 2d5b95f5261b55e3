/**
 * The fuse of one kind of action. When its API errors or takes longer than five seconds, the buttons go grey with the
 * reason and the time of the next look; a harmless request looks, ever more rarely, and the buttons come back by
 * themselves. What became of the request itself is another matter: whoever sent it waits for its answer.
 */
import { ApiProblem, asProblem } from "../api/problem";
import { type Observable, observable } from "../lib/observable";

export const SLOW_MS = 5000;
export const FIRST_WAIT_MS = 5000;
export const MOST_WAIT_MS = 60_000;

export interface Off {
  reason: string;
  /** When it is looked again; null while it is being looked. */
  at_ms: number | null;
}

export interface Circuit {
  off: Observable<Off | null>;
  /** Sends; throws what the request throws. */
  run<T>(request: () => Promise<T>): Promise<T>;
  /** Forget everything, as after signing in anew. */
  reset(): void;
}

const SLOW = "Trueup takes longer than 5 seconds to answer.";

/** Why the service is to blame, in words; null when it did answer, even if with a no. */
export function troubleOf(error: unknown): string | null {
  // Given up by ourselves, say because the reader has gone elsewhere.
  if (error instanceof DOMException && error.name === "AbortError") return null;
  const problem = asProblem(error);
  if (problem.kind === "offline") return "Trueup cannot be reached.";
  if (problem.kind === "timeout") return SLOW;
  // That nothing is left to export is a plain no.
  if (problem.code === "export_quota_exceeded") return null;
  if (problem.status === 429) return "There were too many requests at once.";
  if (problem.status >= 500) return `Trueup answers with an error (${problem.status}).`;
  return error instanceof ApiProblem ? null : "The answer could not be read.";
}

/** Resolves with the look's answer, or rejects once it takes too long. */
async function inTime(look: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ApiProblem("timeout", 0, {})), SLOW_MS);
  });
  try {
    await Promise.race([look(stop.signal), late]);
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

export function createCircuit(look: (signal: AbortSignal) => Promise<unknown>): Circuit {
  const off = observable<Off | null>(null);
  // Counts until an action works again: a look that succeeds does not prove that the action does.
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function trip(reason: string, atLeast_ms = 0): void {
    const wait_ms = Math.min(MOST_WAIT_MS, Math.max(atLeast_ms, FIRST_WAIT_MS * 2 ** failures));
    failures += 1;
    clearTimeout(timer);
    off.set({ reason, at_ms: Date.now() + wait_ms });
    timer = setTimeout(lookAgain, wait_ms);
  }

  async function lookAgain(): Promise<void> {
    const mine = timer;
    off.set({ reason: off.get()?.reason ?? SLOW, at_ms: null });
    const trouble = await inTime(look).then(() => null, troubleOf);
    if (timer !== mine) return;
    if (trouble) trip(trouble);
    else off.set(null);
  }

  async function run<T>(request: () => Promise<T>): Promise<T> {
    let slow = false;
    const late = setTimeout(() => {
      slow = true;
      trip(SLOW);
    }, SLOW_MS);
    try {
      const answer = await request();
      if (!slow) failures = 0;
      return answer;
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble && !slow) trip(trouble, (asProblem(error).retryAfter_s ?? 0) * 1000);
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  return {
    off,
    run,
    reset() {
      clearTimeout(timer);
      timer = undefined;
      failures = 0;
      off.set(null);
    },
  };
}
