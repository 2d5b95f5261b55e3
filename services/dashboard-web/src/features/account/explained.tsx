import { Button } from "@mantine/core";
import { useState } from "react";
import type { Reconciliation } from "@/shared/api/types";
import { signedMoney } from "@/shared/lib/format";
import { causeName } from "@/shared/lib/words";

type Part = Reconciliation["explained"][number];

const ROWS_SHOWN = 5;

/** The rows that a part rests on; a long list opens on demand. */
function Rows({ part, currency }: { part: Part; currency: string }) {
  const [all, setAll] = useState(false);
  const shown = all ? part.evidence : part.evidence.slice(0, ROWS_SHOWN);
  return (
    <>
      {shown.map((row) => (
        <span key={`${row.ref} ${row.text}`} className="receipt-detail">
          {row.text}
          {row.amount_minor === null ? null : ` · ${signedMoney({ amount_minor: row.amount_minor, currency })}`}
        </span>
      ))}
      {shown.length < part.evidence.length ? (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(true)}>
          {part.evidence.length - shown.length} more rows
        </Button>
      ) : null}
    </>
  );
}

/** The variance in named parts that add up to it; nothing where there is none. */
export function Explained({ one, currency }: { one: Reconciliation; currency: string }) {
  if (!one.explained.length) return null;
  return (
    <tbody>
      <tr className="receipt-head">
        <th scope="colgroup" colSpan={2}>
          Where the variance comes from
        </th>
      </tr>
      {one.explained.map((part) => (
        <tr key={`${part.cause} ${part.amount_minor} ${part.rule}`}>
          <th scope="row">
            {causeName(part.cause)}
            <span className="receipt-detail">{part.rule}</span>
            <Rows part={part} currency={currency} />
          </th>
          <td data-numeric>{signedMoney({ amount_minor: part.amount_minor, currency })}</td>
        </tr>
      ))}
    </tbody>
  );
}
