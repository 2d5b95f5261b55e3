import { Link } from "@tanstack/react-router";

/** The one place for the words that stand under every figure page and in every message. */
export const DISCLAIMER = "Informational only, not an invoice or revenue recognition record (ASC 606)";

/** At the foot of every page with figures. */
export function Disclaimer() {
  return (
    <footer className="disclaimer">
      {DISCLAIMER} · <Link to="/figures">What the figures mean</Link>
    </footer>
  );
}
