import { Link } from "@tanstack/react-router";
import type { AuditEntry } from "@/shared/api/types";
import { instantText } from "@/shared/lib/dates";
import { humanised } from "@/shared/lib/words";
import { CopyButton } from "@/shared/ui/copy-button";
import { actionText, detailText } from "./words";

const HASH_SHOWN = 8;

/** The entries with what was done in plain words; the hash seals an entry with all before it. */
export function AuditTable({ entries }: { entries: AuditEntry[] }) {
  return (
    <div className="sheet">
      <table className="plain cards desk">
        <caption className="visually-hidden">Who did what, the latest first</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">Account</th>
            <th scope="col">Seal</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Entry key={entry.seq} entry={entry} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { seq, at, user, role, action, client_id, detail, hash } = entry;
  return (
    <tr>
      <th scope="row">
        <span title={action}>{actionText(action)}</span>
        <span className="sub detail">{detailText(detail)}</span>
      </th>
      <td data-label="When">
        <time dateTime={at}>{instantText(at)}</time>
      </td>
      <td data-label="Who">
        {user}
        <span className="sub">{humanised(role)}</span>
      </td>
      <td data-label="Account">
        {client_id ? (
          <Link to="/accounts/$clientId" params={{ clientId: client_id }} className="link">
            {client_id}
          </Link>
        ) : (
          <span className="muted">–</span>
        )}
      </td>
      <td data-label="Seal" className="seal">
        <span className="muted">#{seq}</span> <code title={hash}>{hash.slice(0, HASH_SHOWN)}…</code>
        <CopyButton text={hash} label={`Copy the whole seal of entry ${seq}`} />
      </td>
    </tr>
  );
}
