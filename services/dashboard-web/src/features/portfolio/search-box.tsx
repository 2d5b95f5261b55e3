import { TextInput } from "@mantine/core";
import { type RefObject, useEffect, useRef, useState } from "react";
import { SearchIcon } from "@/shared/ui/icons";

const SETTLE_MS = 250;

interface SearchBoxProps {
  value: string;
  onSettled: (text: string) => void;
  inputRef: RefObject<HTMLInputElement | null>;
}

/** Tells what was typed when the typing pauses; follows the address when that changes by itself. */
export function SearchBox({ value, onSettled, inputRef }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const settled = useRef(value);

  useEffect(() => {
    if (value !== settled.current) setText(value);
    settled.current = value;
  }, [value]);

  useEffect(() => {
    if (text.trim() === settled.current) return;
    const timer = setTimeout(() => {
      settled.current = text.trim();
      onSettled(text.trim());
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text, onSettled]);

  return (
    <TextInput
      ref={inputRef}
      type="search"
      className="search-box"
      aria-label="Search by name, id or invoice number"
      placeholder="Name, id or invoice number"
      leftSection={<SearchIcon />}
      rightSection={text ? null : <kbd aria-hidden="true">/</kbd>}
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}
