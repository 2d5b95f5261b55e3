import { Button, NativeSelect, Popover, TextInput } from "@mantine/core";
import { useState } from "react";
import { dayText, today } from "@/shared/lib/dates";
import { CalendarIcon } from "@/shared/ui/icons";
import { presets } from "./presets";
import type { PortfolioSearch } from "./search";

export const AXIS_WORDS = { due: "Due", invoice: "Issued", service: "Service" } as const;

/** `Due: this quarter`, `Issued: 1 Jul 2026 – 30 Sep 2026`, or only `Dates`. */
export function rangeLabel({ from, to, axis }: PortfolioSearch, day: string): string {
  if (!from && !to) return "Dates";
  const preset = presets(day).find((one) => one.from === from && one.to === to);
  const range = preset ? preset.label.toLowerCase() : `${from ? dayText(from) : "…"} – ${to ? dayText(to) : "…"}`;
  return `${AXIS_WORDS[axis ?? "due"]}: ${range}`;
}

interface RangeFilterProps {
  search: PortfolioSearch;
  onChange: (change: Record<string, unknown>) => void;
}

/** A date range whose axis is named. Totals, due date, status and flag are then those of the invoices inside it. */
export function RangeFilter({ search, onChange }: RangeFilterProps) {
  const [opened, setOpened] = useState(false);
  const day = today();
  const chosen = Boolean(search.from || search.to);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          className="filter-button"
          data-chosen={chosen || undefined}
          leftSection={<CalendarIcon size={14} />}
          onClick={() => setOpened((open) => !open)}
          aria-expanded={opened}
        >
          {rangeLabel(search, day)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className="popover range" aria-label="Dates">
        <div className="range-presets">
          {presets(day).map(({ label, from, to }) => (
            <Button
              key={label}
              variant="default"
              aria-pressed={search.from === from && search.to === to}
              onClick={() => onChange({ from, to })}
            >
              {label}
            </Button>
          ))}
        </div>
        <NativeSelect
          label="Which date"
          value={search.axis ?? "due"}
          data={[
            { value: "due", label: "Due date" },
            { value: "invoice", label: "Date of issue" },
            { value: "service", label: "Service period" },
          ]}
          onChange={(event) => onChange({ axis: event.currentTarget.value, from: search.from ?? day, to: search.to })}
        />
        <div className="range-days">
          <TextInput
            type="date"
            label="From"
            value={search.from ?? ""}
            max={search.to}
            onChange={(event) => onChange({ from: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label="To, included"
            value={search.to ?? ""}
            min={search.from}
            onChange={(event) => onChange({ to: event.currentTarget.value })}
          />
        </div>
        <Button
          variant="subtle"
          disabled={!chosen}
          onClick={() => onChange({ from: undefined, to: undefined, axis: undefined })}
        >
          Any date
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
