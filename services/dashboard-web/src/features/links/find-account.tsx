import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { asProblem } from "@/shared/api/problem";
import { accountsQuery } from "./queries";

interface FindAccountProps {
  /** Whose account is looked for. */
  about: string;
  busy: boolean;
  onLink: (clientId: string) => void;
  onClose: () => void;
}

/** Any account by name, id or invoice number. Escape closes it. */
export function FindAccount({ about, busy, onLink, onClose }: FindAccountProps) {
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim());
  const { data, error } = useQuery(accountsQuery(wanted));
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.focus(), []);
  const found = wanted.length > 1 ? data?.items : undefined;
  return (
    <fieldset
      className="links-finder"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <legend className="visually-hidden">Find an account for {about}</legend>
      <div className="links-finder-head">
        <TextInput
          ref={box}
          type="search"
          aria-label="Account by name, id or invoice number"
          placeholder="Account by name, id or invoice number"
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button variant="subtle" onClick={onClose}>
          Close
        </Button>
      </div>
      {error && found === undefined ? (
        <p className="note" data-tone="bad" role="alert">
          {asProblem(error).message}
        </p>
      ) : null}
      <p className="muted" role="status">
        {found ? (found.length ? `${data?.total} found` : "No account matches.") : "Type at least two letters."}
      </p>
      <ul className="links-found">
        {found?.map(({ client_id, name }) => (
          <li key={client_id}>
            <span>
              {name} <code>{client_id}</code>
            </span>
            <Button
              variant="default"
              aria-label={`Link ${about} to ${name}`}
              loading={busy}
              onClick={() => onLink(client_id)}
            >
              Link
            </Button>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
