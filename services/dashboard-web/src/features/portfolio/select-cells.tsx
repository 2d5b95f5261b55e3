import { useEffect, useRef } from "react";
import type { AccountItem } from "@/shared/api/types";
import { setSelected } from "./selection";

export type OnSelect = (id: string, range: boolean) => void;

interface SelectCellProps {
  item: AccountItem;
  selected: boolean;
  onSelect: OnSelect;
}

/** The tick of a row. With shift, the rows since the last one too. */
export function SelectCell({ item, selected, onSelect }: SelectCellProps) {
  return (
    <td className="col-select">
      <label className="tick">
        <input
          type="checkbox"
          aria-label={`Select ${item.name}`}
          checked={selected}
          onChange={({ nativeEvent }) =>
            onSelect(item.client_id, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
          }
        />
      </label>
    </td>
  );
}

/** All rows of the page at once; half ticked when only some are. */
export function SelectPageHead({ ids, selected }: { ids: string[]; selected: ReadonlySet<string> }) {
  const box = useRef<HTMLInputElement>(null);
  const count = ids.filter((id) => selected.has(id)).length;
  const all = ids.length > 0 && count === ids.length;
  useEffect(() => {
    if (box.current) box.current.indeterminate = count > 0 && !all;
  }, [count, all]);
  return (
    <th className="col-select" scope="col">
      <label className="tick">
        <input
          ref={box}
          type="checkbox"
          aria-label="Select all rows of this page"
          checked={all}
          disabled={!ids.length}
          onChange={() => setSelected(ids, !all)}
        />
      </label>
    </th>
  );
}
