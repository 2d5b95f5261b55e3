/** Short names for the shapes of retries, flags and decisions. */
import type { components } from "./schema";

type Schemas = components["schemas"];

/** One try to take an invoice's payment again. */
export type Attempt = Schemas["PaymentRetry"];
/** Whether an invoice may be retried now, why not, and what would be taken. */
export type RetryOffer = Schemas["Retry"];
export type Amount = Schemas["Money"];
export type Method = Schemas["PaymentMethod"] | Schemas["Method"];
export type Decline = Schemas["RetryFailure"] | Schemas["Failure"];

export type Flag = Schemas["Flag"];
export type FlagDraft = Schemas["FlagDraft"];
export type FlagMark = Schemas["FlagMark"];
export type FlagOrder = Schemas["FlagRequest"];
export type Decision = Schemas["Decision"];
export type Offer = Schemas["Offer"];
export type DecisionBy = Schemas["By"];
export type DecisionBody = Schemas["DecisionRequest"];
export type BulkBody = Schemas["BulkRequest"];
export type BulkDecided = Schemas["BulkDecided"];

/** The requests as they are written: what has a default may be left out, which the generated types do not know. */
export interface DecisionOrder {
  kind: Offer["kind"];
  revision: number;
  period_start?: string;
  document_id?: string;
  source?: "amplitude" | "quickbooks" | "stripe";
  undoes?: string;
  until?: string;
  reason?: string;
}
export interface BulkOrder {
  kind: "resolve" | "snooze" | "review";
  until?: string;
  reason?: string;
  accounts: { client_id: string; revision: number; period_start: string }[];
}
export type Channel = FlagDraft["channel"];
