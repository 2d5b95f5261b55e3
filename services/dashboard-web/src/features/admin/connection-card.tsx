import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useReadOnly } from "@/shared/actions/read-only";
import { sourcesQuery } from "@/shared/api/sources";
import type { LedgerConnection } from "@/shared/api/types";
import { useNow } from "@/shared/lib/clock";
import { ageText, dayText, today } from "@/shared/lib/dates";
import { Banner } from "@/shared/ui/banner";
import { ConfirmButton } from "@/shared/ui/confirm-button";
import { Section } from "@/shared/ui/section";

const STATES = { alive: "connected", dead: "no longer connected", none: "not connected" };

/** Before the connection dies, and after: what that means and what to do. */
function Alarm({ state, ends_soon, endsOn }: LedgerConnection & { endsOn: string }) {
  if (state === "dead")
    return (
      <Banner tone="bad" title="QuickBooks must be connected again.">
        It does not accept the connection any more. Invoices stay as last read until somebody connects.
      </Banner>
    );
  if (state === "none")
    return (
      <Banner tone="warn" title="QuickBooks is not connected.">
        No invoices are read until somebody connects.
      </Banner>
    );
  if (ends_soon)
    return (
      <Banner tone="warn" title={`The connection ends on ${endsOn}.`}>
        Connect again before then, and nothing is missed.
      </Banner>
    );
  return null;
}

function LastRead() {
  const now = useNow(30_000);
  const { data } = useQuery(sourcesQuery);
  const ledger = data?.items.find(({ source }) => source === "quickbooks");
  if (!ledger?.as_of) return <>never</>;
  return <time dateTime={ledger.as_of}>{ageText(ledger.as_of, now)}</time>;
}

interface CardProps {
  connection: LedgerConnection;
  busy: "connect" | "disconnect" | null;
  onConnect: () => void;
  onDisconnect: () => void;
}

/** How QuickBooks is connected, and the ways to change that. */
export function ConnectionCard({ connection, busy, onConnect, onDisconnect }: CardProps) {
  const readOnly = useReadOnly();
  const { on_page, state, ends_at } = connection;
  const endsOn = ends_at ? dayText(today(new Date(ends_at))) : "";
  if (!on_page || !state)
    return (
      <Section title="QuickBooks" className="connection">
        <p>
          Here it is connected at the command line, by whoever runs Trueup: <code>trueup quickbooks connect</code>,{" "}
          <code>status</code> and <code>disconnect</code>.
        </p>
      </Section>
    );
  return (
    <>
      <Alarm {...connection} endsOn={endsOn} />
      <Section
        title="QuickBooks"
        className="connection"
        aside={<span className={state === "alive" ? "pill pill-good" : "pill"}>{STATES[state]}</span>}
      >
        <dl className="connection-facts">
          <div>
            <dt>Last read</dt>
            <dd>
              <LastRead />
            </dd>
          </div>
          {endsOn ? (
            <div>
              <dt>Ends</dt>
              <dd>on {endsOn} if it is never used; each use moves it on</dd>
            </div>
          ) : null}
        </dl>
        {readOnly ? (
          <p className="muted">{readOnly}</p>
        ) : (
          <div className="connection-actions">
            <Button loading={busy === "connect"} onClick={onConnect}>
              {state === "none" ? "Connect QuickBooks" : "Connect again"}
            </Button>
            {state === "alive" ? (
              <ConfirmButton
                label="Disconnect"
                describe="Disconnect QuickBooks"
                question="Disconnect QuickBooks? Nothing is read from it until somebody connects again; what was last read stays and grows old."
                confirm="Disconnect it"
                busy={busy === "disconnect"}
                onConfirm={onDisconnect}
              />
            ) : null}
          </div>
        )}
      </Section>
    </>
  );
}
