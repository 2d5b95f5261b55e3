import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { onChanges } from "@/shared/api/live";
import type { Portfolio } from "@/shared/api/types";
import { patchRows } from "./live-rows";
import { fetchRows, fetchTotals, portfolioKey } from "./queries";
import type { PortfolioSearch } from "./search";

const TOTALS_EVERY_MS = 5000;
const MARKED_MS = 2400;
const NONE: ReadonlySet<string> = new Set();

/** Follows the live stream for one page of the list. */
export function useLiveRows(search: PortfolioSearch) {
  const client = useQueryClient();
  const [displaced, setDisplaced] = useState(NONE);
  const [listMoved, setListMoved] = useState(false);
  const [fresh, setFresh] = useState(NONE);
  const totalsAt = useRef(0);
  const totalsTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const marks = useRef<ReturnType<typeof setTimeout>>(undefined);
  const address = JSON.stringify(portfolioKey(search));

  const patch = useCallback(
    async (ids: string[]) => {
      const page = client.getQueryData<Portfolio>(portfolioKey(search));
      const here = ids.filter((id) => page?.items.some((item) => item.client_id === id));
      if (!page || !here.length) return;
      const answer = await fetchRows(search, here);
      const now = client.getQueryData<Portfolio>(portfolioKey(search)) ?? page;
      const patched = patchRows(now, here, answer.items, search);
      client.setQueryData(portfolioKey(search), patched.page);
      if (patched.displaced.length) setDisplaced((former) => new Set([...former, ...patched.displaced]));
      setFresh(new Set(patched.fresh));
      clearTimeout(marks.current);
      marks.current = setTimeout(() => setFresh(NONE), MARKED_MS);
    },
    [client, search],
  );

  const refreshTotals = useCallback(async () => {
    totalsAt.current = Date.now();
    totalsTimer.current = undefined;
    const { totals, total, as_of } = await fetchTotals(search);
    client.setQueryData<Portfolio>(portfolioKey(search), (page) => {
      if (!page) return page;
      if (page.total !== total) setListMoved(true);
      return { ...page, totals, total, as_of };
    });
  }, [client, search]);

  useEffect(() => {
    const stop = onChanges((ids) => {
      if (document.hidden) {
        void client.invalidateQueries({ queryKey: ["portfolio"], refetchType: "none" });
        return;
      }
      // What fails here is caught up by the next change or the poll.
      patch(ids).catch(() => undefined);
      const wait_ms = Math.max(0, totalsAt.current + TOTALS_EVERY_MS - Date.now());
      totalsTimer.current ??= setTimeout(() => refreshTotals().catch(() => undefined), wait_ms);
    });
    return () => {
      stop();
      clearTimeout(totalsTimer.current);
      totalsTimer.current = undefined;
    };
  }, [client, patch, refreshTotals]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another list
  useEffect(() => {
    setDisplaced(NONE);
    setListMoved(false);
  }, [address]);

  const resort = useCallback(() => {
    setDisplaced(NONE);
    setListMoved(false);
    void client.invalidateQueries({ queryKey: ["portfolio"] });
  }, [client]);

  return { fresh, displacedCount: displaced.size, listMoved, resort };
}
