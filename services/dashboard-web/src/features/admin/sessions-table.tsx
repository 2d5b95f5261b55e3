import type { SessionItem } from "@/shared/api/types";
import { useNow } from "@/shared/lib/clock";
import { ageText, instantText } from "@/shared/lib/dates";
import { plural } from "@/shared/lib/format";
import { humanised } from "@/shared/lib/words";
import { ConfirmButton } from "@/shared/ui/confirm-button";
import type { Revocation } from "./queries";

interface SessionsTableProps {
  sessions: SessionItem[];
  /** What is being ended now. */
  busy: Revocation | undefined;
  onEnd: (what: Revocation) => void;
}

/** A person's sessions stand together; the person used last comes first. */
export function byPerson(sessions: SessionItem[]): SessionItem[][] {
  const people = new Map<string, SessionItem[]>();
  for (const one of [...sessions].sort((a, b) => b.last_seen_at.localeCompare(a.last_seen_at))) {
    people.set(one.user, [...(people.get(one.user) ?? []), one]);
  }
  return [...people.values()];
}

function Person({
  own,
  busy,
  onEnd,
}: {
  own: SessionItem[];
  busy: Revocation | undefined;
  onEnd: (what: Revocation) => void;
}) {
  const now = useNow();
  return own.map((one, index) => {
    const ending = busy !== undefined && "session_id" in busy && busy.session_id === one.session_id;
    const warning = one.current ? "It is the one you are using: you have to sign in again." : "";
    return (
      <tr key={one.session_id}>
        <th scope="row">
          {one.name || one.user}
          <span className="sub">
            {one.user} · {humanised(one.role)}
          </span>
          {one.current ? <span className="pill pill-good">this session</span> : null}
        </th>
        <td data-label="Signed in">
          <time dateTime={one.created_at} title={ageText(one.created_at, now)}>
            {instantText(one.created_at)}
          </time>
        </td>
        <td data-label="Last used">
          <time dateTime={one.last_seen_at} title={instantText(one.last_seen_at)}>
            {ageText(one.last_seen_at, now)}
          </time>
        </td>
        <td className="row-actions">
          <ConfirmButton
            label="End"
            describe={`End the session of ${one.name || one.user} begun ${instantText(one.created_at)}`}
            question={`End this session? ${warning}`}
            confirm="End it"
            busy={ending}
            onConfirm={() => onEnd({ session_id: one.session_id })}
          />
          {index === 0 && own.length > 1 ? (
            <ConfirmButton
              label={`End all ${own.length}`}
              describe={`End all ${own.length} sessions of ${one.name || one.user}`}
              question={`End ${plural(own.length, "session")} of ${one.name || one.user}? ${own.some(({ current }) => current) ? "Yours is among them." : ""}`}
              confirm="End them"
              busy={busy !== undefined && "user" in busy && busy.user === one.user}
              onConfirm={() => onEnd({ user: one.user })}
            />
          ) : null}
        </td>
      </tr>
    );
  });
}

export function SessionsTable({ sessions, busy, onEnd }: SessionsTableProps) {
  return (
    <div className="sheet">
      <table className="plain cards desk">
        <caption className="visually-hidden">Everybody who is signed in</caption>
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">Signed in</th>
            <th scope="col">Last used</th>
            <th scope="col">
              <span className="visually-hidden">End</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {byPerson(sessions).map((own) => (
            <Person key={own[0]?.user} own={own} busy={busy} onEnd={onEnd} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
