import { NativeSelect } from "@mantine/core";
import { SearchForm, SearchText } from "@/shared/ui/search-form";
import type { AuditSearch } from "./audit-search";
import { ACTION_CODES, actionText } from "./words";

/** Every choice is in the address; text counts when it is sent off. */
export function AuditFilters({ search, onChange }: { search: AuditSearch; onChange: (search: AuditSearch) => void }) {
  const { action } = search;
  const codes = action && !ACTION_CODES.includes(action) ? [...ACTION_CODES, action] : ACTION_CODES;
  return (
    <SearchForm
      label="Filter the audit log"
      search={search}
      onSubmit={(fields) => onChange(fields as AuditSearch)}
      onClear={() => onChange({})}
    >
      <SearchText name="user" label="User" value={search.user} className="audit-filter" />
      <NativeSelect
        name="action"
        aria-label="Action"
        className="audit-filter"
        defaultValue={action ?? ""}
        data={[{ value: "", label: "Any action" }, ...codes.map((code) => ({ value: code, label: actionText(code) }))]}
        onChange={(event) => event.currentTarget.form?.requestSubmit()}
      />
      <SearchText name="client_id" label="Account id" value={search.client_id} className="audit-filter" />
    </SearchForm>
  );
}
