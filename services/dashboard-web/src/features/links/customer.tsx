import { Button } from "@mantine/core";
import { useState } from "react";
import type { UnlinkedCustomer } from "@/shared/api/types";
import { instantText } from "@/shared/lib/dates";
import { sourceName } from "@/shared/lib/words";
import { FindAccount } from "./find-account";
import type { Wish } from "./queries";
import { Suggestions } from "./suggestions";
import { customerName, externalId } from "./words";

interface CustomerProps {
  customer: UnlinkedCustomer;
  readOnly: boolean;
  busy: boolean;
  onDecide: (wish: Wish) => void;
}

/** One customer that waits: who it is, whom it may belong to, and the way to any other account. */
export function Customer({ customer, readOnly, busy, onDecide }: CustomerProps) {
  const [finding, setFinding] = useState(false);
  const { decision } = customer;
  const applying = decision?.state === "applying" ? decision : null;
  const name = customerName(customer);
  const link = (clientId: string) =>
    onDecide({ kind: "link", ref: customer.ref, clientId, seen: decision?.id ?? null });
  return (
    <li className="sheet links-customer">
      <h2>{name}</h2>
      <p className="muted">
        {sourceName(customer.source)} · <code>{externalId(customer.ref)}</code>
        {customer.currency ? ` · ${customer.currency}` : ""} · known since {instantText(customer.observed_at)}
      </p>
      {customer.refused_client_id ? (
        <p className="muted">
          Taken off {customer.refused_client_name ?? customer.refused_client_id}, which is not suggested again.
        </p>
      ) : null}
      {applying ? (
        <p className="links-applying">
          <span role="status">
            Applying:{" "}
            {applying.verdict === "linked"
              ? `goes to ${applying.client_name ?? applying.client_id}`
              : "waits to be seen everywhere"}
          </span>
          {readOnly ? null : (
            <Button
              variant="default"
              aria-label={`Undo what was decided about ${name}`}
              loading={busy}
              onClick={() => onDecide({ kind: "undo", decisionId: applying.id })}
            >
              Undo
            </Button>
          )}
        </p>
      ) : (
        <>
          <Suggestions customer={customer} readOnly={readOnly} busy={busy} onLink={link} />
          {readOnly ? null : finding ? (
            <FindAccount about={name} busy={busy} onLink={link} onClose={() => setFinding(false)} />
          ) : (
            <Button
              variant="subtle"
              className="links-find"
              aria-label={`Find another account for ${name}`}
              onClick={() => setFinding(true)}
            >
              Find another account
            </Button>
          )}
        </>
      )}
    </li>
  );
}
