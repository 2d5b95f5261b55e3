/** Words for how a retry stands and why a payment was declined. An unknown code becomes readable text. */
import type { Attempt, Decline, Method } from "@/shared/api/actions";
import type { Tone, Word } from "@/shared/lib/words";
import { humanised } from "@/shared/lib/words";

const DECLINES: Record<string, string> = {
  insufficient_funds: "The account behind the card does not hold enough money",
  expired_card: "The card has expired",
  card_declined: "The bank declined the card",
  generic_decline: "The bank declined the card without saying why",
  do_not_honor: "The bank declined the card without saying why",
  lost_card: "The card was reported lost",
  stolen_card: "The card was reported stolen",
  pickup_card: "The bank has blocked the card",
  incorrect_cvc: "The card's security code is wrong",
  incorrect_number: "The card number is wrong",
  card_velocity_exceeded: "The card has reached its limit",
  withdrawal_count_limit_exceeded: "The card has reached its limit",
  card_not_supported: "The card does not allow this kind of payment",
  currency_not_supported: "The card does not allow this currency",
  fraudulent: "The payment was held for suspected fraud",
  processing_error: "The bank could not process the payment",
  issuer_not_available: "The bank could not be reached",
  authentication_required: "The bank wants the client to confirm the payment",
  no_payment_method: "The client has no payment method on file",
};

const ADVICE: Record<string, string> = {
  try_again_later: "The bank advises to try again later.",
  do_not_try_again: "The bank advises not to try this card again: ask the client for another one.",
  confirm_card_data: "The bank advises to have the client check the card's data.",
};

/** Why it was declined, without a full stop: the most precise code first, then the gateway's own words. */
export function declineText({ decline_code, code, message }: Decline): string {
  for (const known of [decline_code, code]) if (known && Object.hasOwn(DECLINES, known)) return DECLINES[known] ?? "";
  return message?.replace(/\.$/, "") || humanised(decline_code ?? code ?? "declined");
}

export function adviceText({ advice_code }: Decline): string | null {
  if (!advice_code) return null;
  return ADVICE[advice_code] ?? `The bank's advice: ${humanised(advice_code).toLowerCase()}.`;
}

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
