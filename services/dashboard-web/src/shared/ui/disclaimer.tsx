/** At the foot of every page with figures. */
export function Disclaimer() {
  return (
    <footer className="disclaimer">Informational only, not an invoice or revenue recognition record (ASC 606)</footer>
  );
}
