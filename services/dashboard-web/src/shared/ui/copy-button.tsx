import { useEffect, useState } from "react";
import { CheckIcon, CopyIcon } from "./icons";

const SAID_MS = 2500;

/** Copies a text that is shown shortened, and says whether it did. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () =>
    Promise.resolve(navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).then(
      () => setSaid("copied"),
      () => setSaid("failed"),
    );
  return (
    <>
      <button type="button" className="copy" aria-label={label} title={label} onClick={copy}>
        {said === "copied" ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
      </button>
      <span role="status" className={said === "failed" ? "note" : "visually-hidden"}>
        {said === "copied" ? "Copied" : said === "failed" ? "Not copied; the browser does not allow it" : ""}
      </span>
    </>
  );
}
