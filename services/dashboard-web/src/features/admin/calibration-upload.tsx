import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asProblem } from "@/shared/api/problem";
import { plural, quantity } from "@/shared/lib/format";
import { metricName } from "@/shared/lib/words";
import { Banner } from "@/shared/ui/banner";
import { type CountSource, calibrationsQuery, type Taken, takeCounts } from "./calibration-queries";

/** What a dry run says: each count, or each thing that is wrong. */
function Preview({ result }: { result: Taken }) {
  if (result.errors.length) {
    return (
      <Banner tone="bad" title="Nothing can be taken.">
        <ul>
          {result.errors.map((one) => (
            <li key={`${one.line} ${one.column} ${one.code}`}>
              {one.line ? `Line ${one.line}: ` : ""}
              {one.detail}
            </li>
          ))}
        </ul>
      </Banner>
    );
  }
  return (
    <table className="plain">
      <caption>{plural(result.added, "count")} would be taken</caption>
      <tbody>
        {result.changes.map(({ key, fields }) => (
          <tr key={key}>
            <th scope="row">{metricName(key.split(" ")[0] ?? key)}</th>
            <td>
              {fields.from_day?.[1]} to {fields.to_day?.[1]}
            </td>
            <td data-numeric>{quantity(fields.count?.[1] ?? "0")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function FileChoice({ onChosen }: { onChosen: (source: CountSource) => void }) {
  return (
    <p>
      <label>
        Counts as CSV{" "}
        <input
          type="file"
          accept=".csv,text/csv"
          onChange={async (event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = "";
            if (file) onChosen({ text: await file.text() });
          }}
        />
      </label>{" "}
      <span className="muted">
        with the columns <code>metric,from_day,to_day,count</code>, both days included
      </span>
    </p>
  );
}

function DatabaseChoice({ onChosen }: { onChosen: (source: CountSource) => void }) {
  const [days, setDays] = useState({ from_day: "", to_day: "" });
  const ask = (event: FormEvent) => {
    event.preventDefault();
    onChosen(days);
  };
  return (
    <form className="calibration-database" onSubmit={ask}>
      <TextInput
        type="date"
        label="First day"
        required
        value={days.from_day}
        onChange={({ currentTarget }) => setDays({ ...days, from_day: currentTarget.value })}
      />
      <TextInput
        type="date"
        label="Last day"
        required
        value={days.to_day}
        onChange={({ currentTarget }) => setDays({ ...days, to_day: currentTarget.value })}
      />
      <Button type="submit" variant="default">
        Ask the database
      </Button>
    </form>
  );
}

/** Counts are shown before they are taken. */
export function CalibrationUpload({ hasDatabase }: { hasDatabase: boolean }) {
  const client = useQueryClient();
  const [source, setSource] = useState<CountSource>();
  const look = useMutation({ mutationFn: (chosen: CountSource) => takeCounts(chosen, true) });
  const take = useMutation({
    mutationFn: (chosen: CountSource) => takeCounts(chosen, false),
    onSuccess: () => {
      setSource(undefined);
      look.reset();
      return client.invalidateQueries({ queryKey: calibrationsQuery.queryKey });
    },
  });
  const onChosen = (chosen: CountSource) => {
    setSource(chosen);
    take.reset();
    look.mutate(chosen);
  };
  const failed = look.error ?? take.error;
  return (
    <section className="calibration-upload" aria-label="Take counts">
      <FileChoice onChosen={onChosen} />
      {hasDatabase ? <DatabaseChoice onChosen={onChosen} /> : null}
      {failed ? (
        <Banner tone="bad" title="Not taken.">
          {asProblem(failed).message}
        </Banner>
      ) : null}
      {look.data ? <Preview result={look.data} /> : null}
      {source && look.data && !look.data.errors.length ? (
        <Button loading={take.isPending} onClick={() => take.mutate(source)}>
          Take {plural(look.data.added, "count")}
        </Button>
      ) : null}
      <p role="status">
        {take.isSuccess ? `${plural(take.data.added, "count")} taken; usage is held against them now.` : ""}
      </p>
    </section>
  );
}
