import { TextInput } from "@mantine/core";

interface UntilFieldProps {
  value: string;
  readOnly: boolean;
  onChange: (day: string) => void;
}

/** The day on which what is snoozed comes back; figures that move bring it back before. */
export function UntilField({ value, readOnly, onChange }: UntilFieldProps) {
  return (
    <TextInput
      type="date"
      label="Until (empty: until its figures move)"
      value={value}
      readOnly={readOnly}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
