import { useLasting } from "../lib/clock";

const SLOW_AFTER_MS = 10_000;

/** After ten seconds of waiting: says that it is still loading and what comes next. */
export function SlowNote({ waiting }: { waiting: boolean }) {
  const slow = useLasting(waiting, SLOW_AFTER_MS);
  return (
    <p className="slow-note" role="status">
      {slow ? "Still loading. After 30 seconds you will be offered a way on." : ""}
    </p>
  );
}
