import { useEffect, useState } from "react";
import { useObservable } from "../lib/observable";
import type { Circuit } from "./circuit";

export interface ActionOff {
  reason: string;
  /** Seconds until it is looked again; null while it is being looked. */
  in_s: number | null;
}

/** Whether an action is off because its API does not work, with the seconds counted down. */
export function useAction(circuit: Circuit): ActionOff | null {
  const off = useObservable(circuit.off);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!off) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [off]);
  if (!off) return null;
  return { reason: off.reason, in_s: off.at_ms === null ? null : Math.max(0, Math.ceil((off.at_ms - now) / 1000)) };
}
