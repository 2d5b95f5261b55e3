import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { TimelineEntry } from "@/shared/api/types";
import { dayText, instantText } from "@/shared/lib/dates";
import { plural } from "@/shared/lib/format";
import { sourceName } from "@/shared/lib/words";
import { Banner } from "@/shared/ui/banner";
import { ProblemState } from "@/shared/ui/problem-state";
import { Section } from "@/shared/ui/section";
import { Bar } from "@/shared/ui/skeleton";
import { type Folded, foldRuns } from "./fold";
import { timelineQuery } from "./queries";

const LEARNED_LATE_MS = 3_600_000;

/** Whether we learned of it so much later that the reader should know. */
export function learnedLate({ occurred_at, learned_at }: TimelineEntry): boolean {
  return new Date(learned_at).getTime() - new Date(occurred_at).getTime() > LEARNED_LATE_MS;
}

function Entry({ entry }: { entry: TimelineEntry }) {
  return (
    <li className="event" data-source={entry.source}>
      <span className="event-source">{sourceName(entry.source)}</span>
      <span className="event-title">{entry.title}</span>
      <span className="event-when">
        <time dateTime={entry.occurred_at}>{instantText(entry.occurred_at)}</time>
        {learnedLate(entry) ? <span className="muted"> · learned {instantText(entry.learned_at)}</span> : null}
      </span>
    </li>
  );
}

function Run({ entries }: { entries: TimelineEntry[] }) {
  const last = entries.at(-1)?.occurred_at.slice(0, 10) ?? "";
  const first = entries[0]?.occurred_at.slice(0, 10) ?? "";
  return (
    <li className="event-run">
      <details>
        <summary>
          {plural(entries.length, "routine entry", "routine entries")}{" "}
          <span className="muted">
            {dayText(last)} – {dayText(first)}
          </span>
        </summary>
        <ol className="events">
          {entries.map((entry) => (
            <Entry key={keyOf(entry)} entry={entry} />
          ))}
        </ol>
      </details>
    </li>
  );
}

const keyOf = ({ occurred_at, kind, title, learned_at }: TimelineEntry) =>
  `${occurred_at} ${kind} ${title} ${learned_at}`;

function Line({ folded }: { folded: Folded }) {
  return folded.kind === "run" ? <Run entries={folded.entries} /> : <Entry entry={folded.entry} />;
}

/** What happened, when it happened, when we learned it, and from which source. */
export function TimelineSection({ clientId }: { clientId: string }) {
  const query = useInfiniteQuery(timelineQuery(clientId));
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title="Timeline">
      {query.isPending ? [0, 1, 2, 3].map((index) => <Bar key={index} height={36} />) : null}
      {query.error && query.data ? (
        <Banner tone="warn" title="Could not refresh the timeline.">
          Showing what was last loaded.
        </Banner>
      ) : null}
      {query.error && !query.data ? (
        <ProblemState error={query.error} retry={() => query.refetch()} retrying={query.isFetching} />
      ) : null}
      {query.data && !entries.length ? <p className="muted">Nothing has happened yet.</p> : null}
      <ol className="events">
        {foldRuns(entries).map((folded) => (
          <Line
            key={keyOf(folded.kind === "run" ? (folded.entries[0] as TimelineEntry) : folded.entry)}
            folded={folded}
          />
        ))}
      </ol>
      {query.hasNextPage ? (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          Show earlier
        </Button>
      ) : null}
    </Section>
  );
}
