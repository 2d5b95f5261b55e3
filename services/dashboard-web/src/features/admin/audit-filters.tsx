import { Button, NativeSelect, TextInput } from "@mantine/core";
import { CloseIcon } from "@/shared/ui/icons";
import type { AuditSearch } from "./audit-search";
import { ACTION_CODES, actionText } from "./words";

/** Every choice is in the address; text counts when it is sent off. */
export function AuditFilters({ search, onChange }: { search: AuditSearch; onChange: (search: AuditSearch) => void }) {
  const { action } = search;
  const codes = action && !ACTION_CODES.includes(action) ? [...ACTION_CODES, action] : ACTION_CODES;
  return (
    <search aria-label="Filter the audit log">
      <form
        // Another address begins with its own values.
        key={JSON.stringify(search)}
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          onChange(Object.fromEntries(new FormData(event.currentTarget)) as AuditSearch);
        }}
      >
        <TextInput
          name="user"
          aria-label="User"
          placeholder="User"
          defaultValue={search.user ?? ""}
          maxLength={200}
          className="audit-filter"
        />
        <NativeSelect
          name="action"
          aria-label="Action"
          className="audit-filter"
          defaultValue={action ?? ""}
          data={[
            { value: "", label: "Any action" },
            ...codes.map((code) => ({ value: code, label: actionText(code) })),
          ]}
          onChange={(event) => event.currentTarget.form?.requestSubmit()}
        />
        <TextInput
          name="client_id"
          aria-label="Account id"
          placeholder="Account id"
          defaultValue={search.client_id ?? ""}
          maxLength={200}
          className="audit-filter"
        />
        <Button type="submit" variant="default">
          Filter
        </Button>
        {Object.keys(search).length ? (
          <Button variant="subtle" leftSection={<CloseIcon size={12} />} onClick={() => onChange({})}>
            Clear filters
          </Button>
        ) : null}
      </form>
    </search>
  );
}
