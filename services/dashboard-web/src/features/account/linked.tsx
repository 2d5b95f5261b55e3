import { useAccountSlots } from "@/shared/actions/slots";
import type { Account } from "@/shared/api/types";
import { humanised, sourceName } from "@/shared/lib/words";
import { Section } from "@/shared/ui/section";

/** The customers of the three systems that make up this account, and who said so. */
export function LinkedSection({ account }: { account: Account }) {
  const { linked: Act } = useAccountSlots();
  return (
    <Section title="Linked customers">
      {account.refs.length ? (
        <ul className="linked">
          {account.refs.map((ref) => (
            <li key={ref.ref}>
              <span className="event-source">{sourceName(ref.source)}</span>
              <span>
                {ref.name ? `${ref.name} · ` : null}
                <code>{ref.external_id}</code>
              </span>
              <span className="muted">linked by {humanised(ref.linked_by).toLowerCase()}</span>
              {Act ? <Act account={account} linked={ref} /> : null}
            </li>
          ))}
        </ul>
      ) : (
        <p className="muted">No customer of any source is linked to this account.</p>
      )}
    </Section>
  );
}
