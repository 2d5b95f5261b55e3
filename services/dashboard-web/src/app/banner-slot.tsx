import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { downSince, PAUSED_AFTER_MS } from "@/shared/api/live";
import { useIsReadOnly, useMay } from "@/shared/api/me";
import { loginAddress, placeNow, sessionEnded } from "@/shared/api/session-state";
import { sourcesQuery } from "@/shared/api/sources";
import type { SourceReport } from "@/shared/api/types";
import { useNow } from "@/shared/lib/clock";
import { ageText } from "@/shared/lib/dates";
import { useObservable } from "@/shared/lib/observable";
import { sourceName } from "@/shared/lib/words";
import { Banner } from "@/shared/ui/banner";

const names = (reports: SourceReport[]) => reports.map(({ source }) => sourceName(source)).join(" and ");

const isOrAre = ({ length }: SourceReport[]) => (length === 1 ? "is" : "are");

function sinceText(reports: SourceReport[], now: number): string {
  return reports
    .map(({ source, as_of, reason }) => {
      const last = as_of ? `last read ${ageText(as_of, now)}` : "never read";
      return `${sourceName(source)} was ${last}${reason ? ` (${reason})` : ""}.`;
    })
    .join(" ");
}

/** The first load is still running: nothing failed, there is just nothing complete yet, or not even a report. */
const firstLoad = ({ state, reason }: SourceReport) =>
  state === "never" && (reason === null || reason === "never_complete");

/** One slot; the gravest comes first: session ended, read-only mode, source to be connected, source down, first load, failing, partial, live updates paused. */
export function BannerSlot() {
  const now = useNow(10_000);
  const ended = useObservable(sessionEnded);
  const broken = useObservable(downSince);
  const readOnly = useIsReadOnly();
  const mayConnect = useMay("connections.manage");
  const { data } = useQuery(sourcesQuery);
  if (ended) {
    return (
      <Banner
        tone="bad"
        title="Your session has ended."
        action={
          <Button component="a" href={loginAddress(placeNow())}>
            Sign in again
          </Button>
        }
      >
        You come back to this very place. What you see is what was last loaded.
      </Banner>
    );
  }
  if (readOnly) {
    return (
      <Banner tone="info" title="Trueup is in read-only mode.">
        All actions are switched off for everyone: no retries, no messages, no exports. Figures stay up to date. An
        administrator ends the mode.
      </Banner>
    );
  }
  const dead = data?.items.filter(({ reason }) => reason === "connection_dead") ?? [];
  if (dead.length) {
    return (
      <Banner
        tone="warn"
        title={`${names(dead)} must be connected again.`}
        action={
          mayConnect ? (
            <Button component="a" variant="default" href="/connections">
              Go to Connections
            </Button>
          ) : null
        }
      >
        It accepts the connection no more, or somebody ended it; an administrator connects it. What was last read stays,
        with its age.
      </Banner>
    );
  }
  const loading = data?.items.filter(firstLoad) ?? [];
  const down = data?.items.filter((one) => (one.state === "stale" || one.state === "never") && !firstLoad(one)) ?? [];
  if (down.length) {
    return (
      <Banner tone="warn" title={`${names(down)} cannot be read right now.`}>
        {sinceText(down, now)} The last figures stay, with their age; nothing new is judged from them.
      </Banner>
    );
  }
  if (loading.length) {
    return (
      <Banner tone="info" title={`${names(loading)} ${isOrAre(loading)} being read for the first time.`}>
        Accounts fill in by themselves; until the first load is complete they say “cannot judge”.
      </Banner>
    );
  }
  const failing = data?.items.filter(({ state }) => state === "failing") ?? [];
  if (failing.length) {
    return (
      <Banner tone="warn" title={`${names(failing)} ${failing.length === 1 ? "answers" : "answer"} with errors.`}>
        You see what was last read: {sinceText(failing, now)} This ends by itself when the source answers well again.
      </Banner>
    );
  }
  const partial = data?.items.filter(({ state }) => state === "partial") ?? [];
  if (partial.length) {
    return (
      <Banner tone="warn" title={`${names(partial)} ${isOrAre(partial)} only partly read.`}>
        {sinceText(partial, now)} Accounts with a gap say “cannot judge” and stay out of projections.
      </Banner>
    );
  }
  if (broken !== null && now - broken > PAUSED_AFTER_MS) {
    return (
      <Banner tone="info" title="Live updates are paused.">
        The page asks every minute instead, and goes on by itself when the connection is back.
      </Banner>
    );
  }
  return null;
}
