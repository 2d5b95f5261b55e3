import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ExportQuota } from "@/shared/api/types";
import { count } from "@/shared/lib/format";
import { quotaQuery } from "./queries";

/** The smaller of what the session and the day still allow. */
export function leftOf({ left, user_day_left }: ExportQuota): number {
  return Math.min(left, user_day_left);
}

/** What is left, in the session and in the day. */
export function QuotaLine() {
  const { data, error, refetch, isFetching } = useQuery(quotaQuery);
  if (data) {
    return (
      <p className="export-quota">
        <strong>
          {count(data.left)} of {count(data.limit)} records
        </strong>{" "}
        left in this session, {count(data.user_day_left)} of {count(data.user_day_limit)} today.
      </p>
    );
  }
  if (error) {
    return (
      <p className="export-quota" role="alert">
        What is left could not be read.{" "}
        <Button variant="default" loading={isFetching} onClick={() => refetch()}>
          Ask again
        </Button>
      </p>
    );
  }
  return <p className="export-quota muted">Reading what is left…</p>;
}
