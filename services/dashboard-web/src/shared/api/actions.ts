/** Short names for the shapes of retries and flags. */
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
export type Channel = FlagDraft["channel"];
