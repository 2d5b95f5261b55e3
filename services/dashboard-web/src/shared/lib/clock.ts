import { useEffect, useState } from "react";

/** The time, renewed every `every_ms`, so that ages on the screen grow. */
export function useNow(every_ms = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now;
}

/** True once `active` has lasted for `after_ms`. */
export function useLasting(active: boolean, after_ms: number): boolean {
  const [lasted, setLasted] = useState(false);
  useEffect(() => {
    setLasted(false);
    if (!active) return;
    const timer = setTimeout(() => setLasted(true), after_ms);
    return () => clearTimeout(timer);
  }, [active, after_ms]);
  return lasted;
}
