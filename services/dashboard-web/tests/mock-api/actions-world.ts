/** Retries and flags of the invented portfolio: a retry takes three seconds, a message one. */
import type { Channel } from "@/shared/api/actions";
import type { Account } from "@/shared/api/types";
import { attempt, decline, draft, flag, offer } from "./action-builders";
import { minutesAgo } from "./builders";

const RETRY_MS = 3000;
const SEND_MS = 1000;

const isOver = (id: string, after_ms: number) => Date.now() - Number(id.split("-").at(-1)) > after_ms;

function retryNow(id: string) {
  return isOver(id, RETRY_MS)
    ? attempt({ id, state: "succeeded", final: true, text: "Paid." })
    : attempt({ id, state: "processing" });
}

const flagNow = (id: string) =>
  isOver(id, SEND_MS)
    ? flag({ id, state: "sent", sent_at: new Date().toISOString(), permalink: "https://chat.example.com/p1" })
    : flag({ id, state: "sending" });

/** The account with what can be done about it. */
export function withActions(account: Account): Account {
  const invoices = account.invoices.map((one) => ({
    ...one,
    retry: one.remaining_minor
      ? offer({ attempts: 2 })
      : offer({ allowed: false, reason: "not_open", text: "This invoice is not open." }),
  }));
  const declined = attempt({
    id: "0199a1b2-0001",
    state: "failed",
    final: true,
    failure: decline("card_declined", {
      decline_code: "insufficient_funds",
      text: "The card has not enough money on it. Trying again later may work.",
    }),
    requested_at: minutesAgo(2880),
    settled_at: minutesAgo(2880),
    text: "The bank declined the card: not enough money.",
  });
  const mark = { by: "ana", by_name: "Ana Alvarez", at: minutesAgo(120), state: "sent" };
  return { ...account, invoices, payment_retries: [declined], flag: mark } as Account;
}

/** The body for a path about retries or flags, undefined where there is nothing. */
export function actionAnswer(parts: string[], query: URLSearchParams): unknown {
  if (parts[2] === "payment-retries") return attempt({ id: `retry-${Date.now()}` });
  if (parts[0] === "payment-retries" && parts[1]) return retryNow(parts[1]);
  if (parts[0] === "flags" && parts[1]) return flagNow(parts[1]);
  if (parts[2] !== "flags") return undefined;
  return parts[3] === "draft"
    ? draft({ channel: query.get("channel") as Channel })
    : flag({ id: `flag-${Date.now()}` });
}
