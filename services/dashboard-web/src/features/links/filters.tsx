import { Button, NativeSelect, TextInput } from "@mantine/core";
import { sourceName } from "@/shared/lib/words";
import { CloseIcon } from "@/shared/ui/icons";
import { type LinksSearch, readLinksSearch, SOURCES } from "./search";

/** Every choice is in the address; text counts when it is sent off. */
export function LinksFilters({ search, onChange }: { search: LinksSearch; onChange: (search: LinksSearch) => void }) {
  return (
    <search aria-label="Filter the customers">
      <form
        // Another address begins with its own values.
        key={JSON.stringify(search)}
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          onChange(readLinksSearch(Object.fromEntries(new FormData(event.currentTarget))));
        }}
      >
        <TextInput
          type="search"
          name="search"
          aria-label="Name or id"
          placeholder="Name or id"
          defaultValue={search.search ?? ""}
          maxLength={200}
          className="links-filter"
        />
        <NativeSelect
          name="source"
          aria-label="Source"
          defaultValue={search.source ?? ""}
          data={[{ value: "", label: "Any source" }, ...SOURCES.map((one) => ({ value: one, label: sourceName(one) }))]}
          onChange={(event) => event.currentTarget.form?.requestSubmit()}
        />
        <Button type="submit" variant="default">
          Filter
        </Button>
        {search.search || search.source ? (
          <Button variant="subtle" leftSection={<CloseIcon size={12} />} onClick={() => onChange({})}>
            Clear filters
          </Button>
        ) : null}
      </form>
    </search>
  );
}
