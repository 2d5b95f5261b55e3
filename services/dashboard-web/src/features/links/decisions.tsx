import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNow } from "@/shared/lib/clock";
import { ageText, instantText } from "@/shared/lib/dates";
import { Section } from "@/shared/ui/section";
import { decisionsQuery, type Wish } from "./queries";
import { decisionText } from "./words";

interface DecisionsProps {
  readOnly: boolean;
  busy: Wish | undefined;
  onDecide: (wish: Wish) => void;
}

const STATES: Record<string, string> = { applying: "Applying", applied: "Applied", superseded: "Decided anew since" };

/** What was decided of late; the latest about a customer can be undone. */
export function Decisions({ readOnly, busy, onDecide }: DecisionsProps) {
  const { data } = useQuery(decisionsQuery);
  const now = useNow();
  if (!data?.items.length) return null;
  return (
    <Section title="Decided of late">
      <ul className="links-decisions">
        {data.items.map((one) => (
          <li key={one.id}>
            <span>
              {decisionText(one)}
              <span className="sub">
                {one.decided_by_name},{" "}
                <time dateTime={one.decided_at} title={instantText(one.decided_at)}>
                  {ageText(one.decided_at, now)}
                </time>{" "}
                · {STATES[one.state] ?? one.state}
              </span>
            </span>
            {readOnly || one.state === "superseded" ? null : (
              <Button
                variant="default"
                aria-label={`Undo: ${decisionText(one)}`}
                loading={busy?.kind === "undo" && busy.decisionId === one.id}
                onClick={() => onDecide({ kind: "undo", decisionId: one.id })}
              >
                Undo
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
