import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { UnlinkedCustomer } from "@/shared/api/types";
import { customerName } from "./words";

interface SuggestionsProps {
  customer: UnlinkedCustomer;
  readOnly: boolean;
  busy: boolean;
  onLink: (clientId: string) => void;
}

/** Accounts by rank, each with its points and what they are for. */
export function Suggestions({ customer, readOnly, busy, onLink }: SuggestionsProps) {
  if (!customer.suggestions.length) {
    return <p className="muted">No account is like it: neither by name, nor by id, e-mail domain or usage.</p>;
  }
  return (
    <ol className="links-suggestions" aria-label={`Suggestions for ${customerName(customer)}`}>
      {customer.suggestions.map(({ client_id, name, score, reasons }) => (
        <li key={client_id}>
          <div className="links-suggestion">
            <span>
              <Link to="/accounts/$clientId" params={{ clientId: client_id }}>
                {name}
              </Link>{" "}
              <span className="muted">{score} of 100</span>
            </span>
            {readOnly ? null : (
              <Button
                variant="default"
                aria-label={`Link ${customerName(customer)} to ${name}`}
                loading={busy}
                onClick={() => onLink(client_id)}
              >
                Link
              </Button>
            )}
          </div>
          <ul className="links-reasons">
            {reasons.map(({ code, points, text }) => (
              <li key={code}>
                <span className="links-points">{points > 0 ? `+${points}` : `−${-points}`}</span> {text}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}
