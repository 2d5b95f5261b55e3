import { Button } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

interface ConfirmButtonProps {
  label: string;
  /** What exactly is acted on, for those who do not see where the button stands. */
  describe?: string;
  question: string;
  confirm: string;
  busy: boolean;
  onConfirm: () => void;
}

/** Asks in its own place before it acts. Escape or "Keep" takes the question back. */
export function ConfirmButton({ label, describe, question, confirm, busy, onConfirm }: ConfirmButtonProps) {
  const [asking, setAsking] = useState(false);
  const first = useRef<HTMLButtonElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    if (asking) first.current?.focus();
    else if (wasAsking.current) opener.current?.focus();
    wasAsking.current = asking;
  }, [asking]);
  if (!asking) {
    return (
      <Button ref={opener} variant="default" aria-label={describe} loading={busy} onClick={() => setAsking(true)}>
        {label}
      </Button>
    );
  }
  return (
    <fieldset
      className="confirm"
      onKeyDown={(event) => {
        if (event.key === "Escape") setAsking(false);
      }}
    >
      <legend>{question}</legend>
      <Button
        ref={first}
        className="confirm-yes"
        onClick={() => {
          setAsking(false);
          onConfirm();
        }}
      >
        {confirm}
      </Button>
      <Button variant="default" onClick={() => setAsking(false)}>
        Keep
      </Button>
    </fieldset>
  );
}
