import { Button, NativeSelect } from "@mantine/core";
import { type RefObject, useCallback } from "react";
import type { Band, Mark, PaymentStatus } from "@/shared/api/types";
import { BAND_CODES, bandWord, MARK_CODES, markWord, STATUS_CODES, statusWord } from "@/shared/lib/words";
import { Glyph } from "@/shared/ui/glyph";
import { CloseIcon } from "@/shared/ui/icons";
import { MultiFilter } from "./multi-filter";
import { RangeFilter } from "./range-filter";
import { DEFAULT_SORT, isNarrowed, type PortfolioSearch } from "./search";
import { SearchBox } from "./search-box";

interface FiltersProps {
  search: PortfolioSearch;
  seesPayments: boolean;
  searchRef: RefObject<HTMLInputElement | null>;
  onChange: (change: Record<string, unknown>) => void;
  onClear: () => void;
}

const SORTS = [
  { value: DEFAULT_SORT, label: "Largest variance first" },
  { value: "-variance_percent", label: "Largest variance in % first" },
  { value: "-unexplained", label: "Largest unexplained rest first" },
  { value: "name", label: "Name" },
  { value: "due_date", label: "Earliest due first" },
  { value: "-invoice_total", label: "Largest invoice first" },
  { value: "-usage", label: "Most usage first" },
];

/** One row of filters; every choice is in the address at once. */
export function Filters({ search, seesPayments, searchRef, onChange, onClear }: FiltersProps) {
  const onSettled = useCallback((text: string) => onChange({ search: text }), [onChange]);
  const sort = search.sort ?? DEFAULT_SORT;
  const sorts = SORTS.some((one) => one.value === sort)
    ? SORTS
    : [...SORTS, { value: sort, label: "As in the columns" }];
  return (
    <search className="filters" aria-label="Filter the accounts">
      <SearchBox value={search.search ?? ""} onSettled={onSettled} inputRef={searchRef} />
      {seesPayments ? (
        <MultiFilter
          label="Status"
          options={STATUS_CODES as PaymentStatus[]}
          chosen={search.status ?? []}
          wordOf={statusWord}
          onChange={(status) => onChange({ status })}
        />
      ) : null}
      <MultiFilter
        label="Band"
        options={BAND_CODES as Band[]}
        chosen={search.band ?? []}
        wordOf={bandWord}
        onChange={(band) => onChange({ band })}
      />
      <MultiFilter
        label="Decided"
        options={MARK_CODES as Mark[]}
        chosen={search.mark ?? []}
        wordOf={markWord}
        onChange={(mark) => onChange({ mark })}
      />
      <RangeFilter search={search} onChange={onChange} />
      <Button
        variant="default"
        className="filter-button"
        data-chosen={search.flagged || undefined}
        aria-pressed={search.flagged ?? false}
        onClick={() => onChange({ flagged: search.flagged ? undefined : "true" })}
      >
        <Glyph sign="⚑" />
        &nbsp;Flagged
      </Button>
      <NativeSelect
        className="filter-select"
        aria-label="Active or ended accounts"
        value={search.active ?? "true"}
        data={[
          { value: "true", label: "Active" },
          { value: "false", label: "Ended" },
          { value: "all", label: "Active and ended" },
        ]}
        onChange={(event) => onChange({ active: event.currentTarget.value })}
      />
      <NativeSelect
        className="filter-select only-phone"
        aria-label="Sort by"
        value={sort}
        data={sorts}
        onChange={(event) => onChange({ sort: event.currentTarget.value })}
      />
      {isNarrowed(search) ? (
        <Button variant="subtle" leftSection={<CloseIcon size={12} />} onClick={onClear}>
          Clear filters
        </Button>
      ) : null}
    </search>
  );
}
