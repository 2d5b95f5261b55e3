import { Button } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useNow } from "@/shared/lib/clock";
import { ageText } from "@/shared/lib/dates";
import { Banner } from "./banner";

type Query = Pick<UseQueryResult, "data" | "error" | "dataUpdatedAt" | "refetch">;

/** What is on the page is older than it should be: since when, why, and another try. Nothing while all is well. */
export function CouldNotRefresh({ query }: { query: Query }) {
  const now = useNow();
  if (!query.error || query.data === undefined) return null;
  return (
    <Banner
      tone="bad"
      title="Could not refresh."
      action={
        <Button variant="default" onClick={() => query.refetch()}>
          Try again
        </Button>
      }
    >
      Showing what was last loaded, {ageText(query.dataUpdatedAt, now)}. {query.error.message}
    </Banner>
  );
}
