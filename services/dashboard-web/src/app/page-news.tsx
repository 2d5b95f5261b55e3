import { useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { Circuit } from "@/shared/actions/circuit";
import { circuits } from "@/shared/actions/circuits";
import { useObservable } from "@/shared/lib/observable";
import { pageTitle } from "@/shared/lib/page-title";

/** What a new page is called, said once. The browser itself says the first. */
function TitleNews() {
  const title = useObservable(pageTitle);
  const first = useRef("");
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (!first.current) first.current = title;
    else setSaid(title);
  }, [title]);
  return <p role="status">{said}</p>;
}

/** That a kind of action is off, and that it is back: said once, however many buttons it has. */
function ActionNews({ name, circuit }: { name: string; circuit: Circuit }) {
  const reason = useObservable(circuit.off)?.reason;
  const wasOff = useRef(false);
  useEffect(() => {
    if (reason) wasOff.current = true;
  }, [reason]);
  const off = reason ? `${name} is off: ${reason} It is tried again by itself.` : null;
  return <p role="status">{off ?? (wasOff.current ? `${name} works again.` : "")}</p>;
}

/** For those who do not see the page: what it is called, and which actions are off. */
export function PageNews() {
  return (
    <div className="visually-hidden">
      <TitleNews />
      {circuits.map(({ name, circuit }) => (
        <ActionNews key={name} name={name} circuit={circuit} />
      ))}
    </div>
  );
}

/** A link takes the focus with it when its page goes: then the focus begins at the new content, not at nothing. */
export function useFocusOnArrival(): void {
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const former = useRef(path);
  useEffect(() => {
    if (former.current === path) return;
    const arrived = former.current !== undefined;
    former.current = path;
    if (arrived && document.activeElement === document.body) {
      document.getElementById("content")?.focus({ preventScroll: true });
    }
  }, [path]);
}
