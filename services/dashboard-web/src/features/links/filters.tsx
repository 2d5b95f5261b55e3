import { NativeSelect, TextInput } from "@mantine/core";
import { sourceName } from "@/shared/lib/words";
import { SearchForm } from "@/shared/ui/search-form";
import { type LinksSearch, readLinksSearch, SOURCES } from "./search";

/** Every choice is in the address; text counts when it is sent off. */
export function LinksFilters({ search, onChange }: { search: LinksSearch; onChange: (search: LinksSearch) => void }) {
  return (
    <SearchForm
      label="Filter the customers"
      search={{ search: search.search, source: search.source }}
      onSubmit={(fields) => onChange(readLinksSearch(fields))}
      onClear={() => onChange({})}
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
    </SearchForm>
  );
}
