import { Button, Checkbox, Popover } from "@mantine/core";
import { useState } from "react";
import type { Word } from "@/shared/lib/words";
import { ChevronDown } from "@/shared/ui/icons";
import { WordMark } from "@/shared/ui/word";

interface MultiFilterProps<T extends string> {
  label: string;
  options: readonly T[];
  chosen: readonly T[];
  wordOf: (code: string) => Word;
  onChange: (chosen: T[]) => void;
}

/** Several of a few: a button that says what is chosen, and a list of boxes. */
export function MultiFilter<T extends string>({ label, options, chosen, wordOf, onChange }: MultiFilterProps<T>) {
  const [opened, setOpened] = useState(false);
  const [first] = chosen;
  const said = first === undefined ? label : chosen.length === 1 ? wordOf(first).text : `${label} · ${chosen.length}`;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          className="filter-button"
          data-chosen={chosen.length > 0 || undefined}
          rightSection={<ChevronDown size={14} />}
          onClick={() => setOpened((open) => !open)}
          aria-expanded={opened}
          aria-label={chosen.length ? `${label}: ${chosen.map((code) => wordOf(code).text).join(", ")}` : undefined}
        >
          {said}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className="popover" aria-label={label}>
        <fieldset className="option-list">
          <legend className="visually-hidden">{label}</legend>
          {options.map((code) => (
            <Checkbox
              key={code}
              label={<WordMark word={wordOf(code)} />}
              checked={chosen.includes(code)}
              onChange={(event) =>
                onChange(event.currentTarget.checked ? [...chosen, code] : chosen.filter((one) => one !== code))
              }
            />
          ))}
        </fieldset>
        <Button variant="subtle" fullWidth onClick={() => onChange([])} disabled={!chosen.length}>
          Clear
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
