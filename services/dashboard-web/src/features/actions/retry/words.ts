/** Words for how a retry stands; why a payment was declined or refused is said by the API. */
import type { Attempt, Method } from "@/shared/api/actions";
import type { Tone, Word } from "@/shared/lib/words";
import { humanised } from "@/shared/lib/words";

/** `Visa ···· 4242` */
export function methodText(method: Method | null | undefined): string | null {
  const name = method?.brand ?? method?.kind;
  const parts = [name ? humanised(name) : null, method?.last4 ? `···· ${method.last4}` : null].filter(Boolean);
  return parts.length ? parts.join(" ") : null;
}

const word = (text: string, glyph: string, tone: Tone): Word => ({ text, glyph, tone });

const STATES: Record<string, Word> = {
  requested: word("Retrying…", "◌", "plain"),
  processing: word("Retrying…", "◌", "plain"),
  succeeded: word("Paid", "✓", "good"),
  already_paid: word("Already paid", "✓", "good"),
  failed: word("Payment failed", "×", "bad"),
  needs_customer: word("The client must confirm", "!", "warn"),
  refused: word("Not retried", "–", "warn"),
  unknown: word("Not known yet", "?", "warn"),
};

/** A state that the page does not know is unknown, never a success. */
export function attemptWord({ state, needs_person }: Pick<Attempt, "state" | "needs_person">): Word {
  if (state === "unknown" && needs_person) return word("Needs a person", "?", "warn");
  return Object.hasOwn(STATES, state) ? (STATES[state] as Word) : word(humanised(state), "?", "warn");
}

/** Whether it is on its way and may be told any moment. */
export const isUnderWay = ({ state }: Pick<Attempt, "state">) => state === "requested" || state === "processing";

export const isPaid = ({ state }: Pick<Attempt, "state">) => state === "succeeded" || state === "already_paid";
