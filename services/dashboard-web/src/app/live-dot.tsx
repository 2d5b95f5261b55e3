import { useQuery } from "@tanstack/react-query";
import { downSince } from "@/shared/api/live";
import { sourcesQuery } from "@/shared/api/sources";
import { useNow } from "@/shared/lib/clock";
import { ageText } from "@/shared/lib/dates";
import { useObservable } from "@/shared/lib/observable";
import { sourceName } from "@/shared/lib/words";

/** Whether changes arrive by themselves, and how old the oldest source is. */
export function LiveDot() {
  const now = useNow(15_000);
  const live = useObservable(downSince) === null;
  const { data } = useQuery(sourcesQuery);
  const oldest = data?.items
    .filter((one): one is typeof one & { as_of: string } => one.as_of !== null)
    .sort((a, b) => a.as_of.localeCompare(b.as_of))[0];
  const all = data?.items.map(
    ({ source, as_of }) => `${sourceName(source)}: ${as_of ? ageText(as_of, now) : "never read"}`,
  );
  return (
    <span className="live" data-live={live || undefined} title={all?.join("\n")}>
      <span className="live-dot" aria-hidden="true" />
      {live ? "Live" : "Connecting"}
      {oldest ? (
        <span className="live-age">
          {" "}
          · {sourceName(oldest.source)} {ageText(oldest.as_of, now)}
        </span>
      ) : null}
    </span>
  );
}
