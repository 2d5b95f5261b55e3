import type { Decision, DecisionBy, DecisionOrder, Offer } from "@/shared/api/actions";
import type { Reconciliation } from "@/shared/api/types";
import { markWord } from "@/shared/lib/words";

type Kind = DecisionOrder["kind"];

export const LABELS: Record<Kind, string> = {
  resolve: "Resolve",
  snooze: "Snooze",
  review: "Mark as reviewed",
  sign_off: "Sign off",
  accept_partial: "Accept what is there",
  undo: "Undo",
};

const MEANINGS: Partial<Record<Kind, string>> = {
  resolve: "It is no open flag any more. It opens again when its figures move.",
  snooze: "It is no open flag until that day, or until its figures move.",
  review: "You have looked at it; the flag stays.",
  sign_off: "The figures are frozen as they are; later facts show as changed since sign-off.",
  accept_partial: "The account is judged without what is missing, until something else is missing.",
};

const TRAVELLING: Record<Kind, string> = {
  resolve: "resolving",
  snooze: "snoozing",
  review: "marking as reviewed",
  sign_off: "signing off",
  accept_partial: "accepting",
  undo: "undoing",
};

export const choiceOf = ({ kind, undoes }: Offer) => (undoes ? `${kind} ${undoes}` : kind);
export const meaningOf = ({ kind }: Offer): string | undefined => MEANINGS[kind];
export const applyingText = ({ kind, decided_by_name }: Decision) =>
  `Applying: ${TRAVELLING[kind]}, ${decided_by_name}`;

/** "Undo: signed off by Ana" names what it takes back. */
export function labelOf(
  offer: Offer,
  period?: Pick<Reconciliation, "sign_off" | "handling">,
  accepted?: DecisionBy | null,
): string {
  if (offer.kind !== "undo") return LABELS[offer.kind];
  if (!offer.undoes) return "Undo the automatic resolution";
  const { sign_off, handling } = period ?? {};
  if (sign_off?.decision.decision_id === offer.undoes) return `Undo: signed off by ${sign_off.decision.by_name}`;
  if (handling) return `Undo: ${markWord(handling.state).text.toLowerCase()} by ${handling.decision.by_name}`;
  return `Undo: accepted by ${accepted?.by_name ?? "somebody"}`;
}

export const needsReason = (kind: Kind) => kind === "resolve" || kind === "accept_partial";
