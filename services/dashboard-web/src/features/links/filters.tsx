import { NativeSelect } from "@mantine/core";
import { sourceName } from "@/shared/lib/words";
import { SearchForm, SearchText } from "@/shared/ui/search-form";
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
      <SearchText type="search" name="search" label="Name or id" value={search.search} className="links-filter" />
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
