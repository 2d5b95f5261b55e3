import { TextInput } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import type { Figure } from "@/shared/api/types";
import { plural } from "@/shared/lib/format";
import { usePageTitle } from "@/shared/lib/page-title";
import { humanised } from "@/shared/lib/words";
import { Disclaimer } from "@/shared/ui/disclaimer";
import { EmptyState } from "@/shared/ui/empty-state";
import { SearchIcon } from "@/shared/ui/icons";
import { ProblemState } from "@/shared/ui/problem-state";
import { Bar } from "@/shared/ui/skeleton";
import { SlowNote } from "@/shared/ui/slow-note";

export const figuresQuery = queryOptions({
  queryKey: ["figures"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/figures", { signal })),
  // They change with a release only.
  staleTime: Number.POSITIVE_INFINITY,
});

/** The figures whose words hold the text. */
export function matching(figures: Figure[], text: string): Figure[] {
  const wanted = text.trim().toLowerCase();
  return figures.filter(({ name, definition, formula, source, shown, id }) =>
    [name, definition, formula, source, id, ...shown].some((one) => one.toLowerCase().includes(wanted)),
  );
}

function Definition({ figure }: { figure: Figure }) {
  const parts: [string, string][] = [
    ["Formula", figure.formula],
    ["Source", figure.source],
    ["Unit", figure.unit],
    ["Rounding", figure.rounding],
    ["Shown on", figure.shown.join(", ")],
  ];
  return (
    <section className="section figure-entry" id={figure.id} aria-labelledby={`${figure.id}-name`}>
      <h2 id={`${figure.id}-name`}>{figure.name}</h2>
      <p>{figure.definition}</p>
      <dl>
        {parts.map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{humanised(text)}</dd>
          </div>
        ))}
        <div>
          <dt>In the API</dt>
          <dd>
            {figure.fields.map((field) => (
              <code key={field}>{field}</code>
            ))}
          </dd>
        </div>
      </dl>
    </section>
  );
}

/** Every figure that is shown anywhere, with its definition; for everybody, and for legal review. */
export function FiguresPage() {
  const query = useQuery(figuresQuery);
  const [text, setText] = useState("");
  const { data, error } = query;
  usePageTitle("What the figures mean");
  const found = data ? matching(data.items, text) : [];
  return (
    <div className="page">
      <header className="page-head">
        <h1>What the figures mean</h1>
        <TextInput
          type="search"
          className="search-box"
          aria-label="Search the figures"
          placeholder="Name, formula or source"
          leftSection={<SearchIcon />}
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </header>
      <p className="page-lead">Every figure that Trueup shows, what it is made of and how it is rounded.</p>
      <SlowNote waiting={query.isPending} />
      <p role="status" className="visually-hidden">
        {data ? `${plural(found.length, "figure")} shown` : ""}
      </p>
      {data ? (
        found.length ? (
          <div className="figure-list">
            {found.map((figure) => (
              <Definition key={figure.id} figure={figure} />
            ))}
          </div>
        ) : (
          <EmptyState title="No figure matches">No name, definition or formula holds these words.</EmptyState>
        )
      ) : error ? (
        <ProblemState error={error} retry={() => query.refetch()} retrying={query.isFetching} />
      ) : (
        <Bar height={400} />
      )}
      <Disclaimer />
    </div>
  );
}
