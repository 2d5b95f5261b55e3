import { Button, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { CloseIcon } from "./icons";

interface SearchFormProps {
  label: string;
  /** What the address says now; the fields begin with it. */
  search: object;
  onSubmit: (fields: Record<string, FormDataEntryValue>) => void;
  onClear: () => void;
  children: ReactNode;
}

/** Choices that are in the address: sent off together, cleared together. */
export function SearchForm({ label, search, onSubmit, onClear, children }: SearchFormProps) {
  return (
    <search aria-label={label}>
      <form
        // Another address begins with its own values.
        key={JSON.stringify(search)}
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit(Object.fromEntries(new FormData(event.currentTarget)));
        }}
      >
        {children}
        <Button type="submit" variant="default">
          Filter
        </Button>
        {Object.values(search).some(Boolean) ? (
          <Button variant="subtle" leftSection={<CloseIcon size={12} />} onClick={onClear}>
            Clear filters
          </Button>
        ) : null}
      </form>
    </search>
  );
}

interface SearchTextProps {
  name: string;
  label: string;
  value: string | undefined;
  className: string;
  type?: "search";
}

/** A text of a `SearchForm`, which counts when the form is sent off. */
export function SearchText({ label, value, ...field }: SearchTextProps) {
  return <TextInput {...field} aria-label={label} placeholder={label} defaultValue={value ?? ""} maxLength={200} />;
}
