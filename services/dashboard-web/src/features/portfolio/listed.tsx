import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import type { AccountItem } from "@/shared/api/types";
import { plural } from "@/shared/lib/format";
import { CloseIcon } from "@/shared/ui/icons";
import { type PortfolioSearch, toQuery } from "./search";
import { clearSelection, setSelected, useSelection } from "./selection";

/** What is on screen, for those who do something with it. The filters have the names that the API gives them. */
export interface Listed {
  filter: Omit<ReturnType<typeof toQuery>, "page" | "page_size">;
  total: number;
  pageIds: string[];
  selectedIds: string[];
  place: "head" | "selection";
}

export type ListedTool = (listed: Listed) => ReactNode;

interface ToolProps {
  search: PortfolioSearch;
  items: AccountItem[] | undefined;
  total: number;
  tool: ListedTool;
}

/** The tool at the head of the page. */
export function HeadTool({ search, items, total, tool, place = "head" }: ToolProps & { place?: Listed["place"] }) {
  const selected = useSelection();
  const { page: _page, page_size: _size, ...filter } = toQuery(search);
  const pageIds = items?.map(({ client_id }) => client_id) ?? [];
  return tool({ filter, total, pageIds, selectedIds: [...selected], place });
}

/** While rows are ticked: how many, here or on other pages, and what can be done with them. */
export function SelectionBar(props: ToolProps) {
  const selected = useSelection();
  const pageIds = props.items?.map(({ client_id }) => client_id) ?? [];
  const elsewhere = selected.size - pageIds.filter((id) => selected.has(id)).length;
  const whole = pageIds.length > 0 && pageIds.every((id) => selected.has(id));
  return (
    <section className="selection" aria-label="Selection" data-shown={selected.size > 0 || undefined}>
      <p role="status">
        {selected.size ? (
          <>
            <strong>{plural(selected.size, "account")} selected</strong>
            {elsewhere ? <span className="muted"> · {elsewhere} not on this page</span> : null}
          </>
        ) : null}
      </p>
      {selected.size ? (
        <div className="selection-actions">
          {whole ? null : (
            <Button variant="subtle" onClick={() => setSelected(pageIds, true)}>
              Select this page
            </Button>
          )}
          <HeadTool {...props} place="selection" />
          <Button variant="subtle" leftSection={<CloseIcon size={12} />} onClick={clearSelection}>
            Clear
          </Button>
        </div>
      ) : null}
    </section>
  );
}
