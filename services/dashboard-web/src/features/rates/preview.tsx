import { Link } from "@tanstack/react-router";
import { dayText } from "@/shared/lib/dates";
import { count, plural } from "@/shared/lib/format";
import { Banner } from "@/shared/ui/banner";
import type { CardImport } from "./queries";
import { CHANGES, changedTerms, partsOfKey } from "./words";

/** Each thing that is wrong with the file: where, and what to do. */
export function Problems({ errors, total }: { errors: CardImport["errors"]; total: number }) {
  return (
    <>
      <Banner tone="bad" title={`${plural(total, "thing is", "things are")} wrong with the file.`}>
        Nothing can be imported until it is mended.
      </Banner>
      <div className="sheet">
        <table className="plain cards desk">
          <caption className="visually-hidden">What is wrong, line by line</caption>
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Column</th>
              <th scope="col">What is wrong</th>
            </tr>
          </thead>
          <tbody>
            {errors.map(({ line, column, code, detail }) => (
              <tr key={`${line} ${column} ${code}`}>
                <th scope="row">{line ? `Line ${line}` : "The file"}</th>
                <td data-label="Column">{column ? <code>{column}</code> : "–"}</td>
                <td data-label="What is wrong">{detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {total > errors.length ? <p className="muted">The first {count(errors.length)} are listed.</p> : null}
      </div>
    </>
  );
}

export const changesOf = ({ added, changed, removed }: CardImport): number => added + changed + removed;

/** What would change, component by component: before → after. */
export function Changes({ result }: { result: CardImport }) {
  const total = changesOf(result);
  return (
    <div className="sheet">
      <table className="plain cards desk">
        <caption>
          {count(result.added)} added, {count(result.changed)} changed, {count(result.removed)} removed;{" "}
          {plural(result.unchanged, "component")} as before
        </caption>
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col">Component</th>
            <th scope="col">From</th>
            <th scope="col">Change</th>
            <th scope="col">Terms</th>
          </tr>
        </thead>
        <tbody>
          {result.changes.map(({ key, change, line, fields }) => {
            const { clientId, component, validFrom } = partsOfKey(key);
            return (
              <tr key={key} data-change={change}>
                <th scope="row">
                  <Link to="/accounts/$clientId/rate-card" params={{ clientId }}>
                    {clientId}
                  </Link>
                  {line ? <span className="sub">line {line}</span> : null}
                </th>
                <td data-label="Component">{component}</td>
                <td data-label="From">{dayText(validFrom)}</td>
                <td data-label="Change">{CHANGES[change] ?? change}</td>
                <td data-label="Terms" className="detail">
                  {changedTerms(change, fields).join(" · ")}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {total > result.changes.length ? (
        <p className="muted">
          The first {count(result.changes.length)} of {count(total)} are listed; all of them are imported.
        </p>
      ) : null}
    </div>
  );
}
