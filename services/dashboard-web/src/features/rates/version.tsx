import { dayText, instantText } from "@/shared/lib/dates";
import { plural } from "@/shared/lib/format";
import { Section } from "@/shared/ui/section";
import type { RateCard } from "./queries";
import { CHANGES, changedTerms, termName, termValue } from "./words";

function Components({ card }: { card: RateCard }) {
  return (
    <table className="plain cards desk">
      <caption className="visually-hidden">Components of version {card.version}</caption>
      <thead>
        <tr>
          <th scope="col">Component</th>
          <th scope="col">From</th>
          <th scope="col">Terms</th>
        </tr>
      </thead>
      <tbody>
        {card.components.map(({ component, valid_from, terms }) => (
          <tr key={`${component} ${valid_from}`}>
            <th scope="row">{component}</th>
            <td data-label="From">{dayText(valid_from)}</td>
            <td data-label="Terms" className="detail">
              {Object.entries(terms)
                .map(([name, value]) => `${termName(name)} ${termValue(name, value)}`)
                .join(" · ")}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One version: who brought it when, what it changed, and all of it. */
export function Version({ card, inForce }: { card: RateCard; inForce: boolean }) {
  const { version, imported_at, imported_by, changes, components } = card;
  const first = changes.every(({ change }) => change === "added") && changes.length === components.length;
  return (
    <Section
      title={`Version ${version}`}
      aside={
        <>
          {inForce ? <span className="pill pill-good">in force</span> : null}{" "}
          <span className="muted">
            {imported_by}, {instantText(imported_at)}
          </span>
        </>
      }
    >
      {first ? null : (
        <ul className="card-changes">
          {changes.map(({ component, valid_from, change, fields }) => (
            <li key={`${component} ${valid_from}`}>
              <b>{CHANGES[change] ?? change}</b> {component} from {dayText(valid_from)}:{" "}
              {changedTerms(change, fields).join(" · ")}
            </li>
          ))}
        </ul>
      )}
      <details open={inForce}>
        <summary>{plural(components.length, "component")}</summary>
        <Components card={card} />
      </details>
    </Section>
  );
}
