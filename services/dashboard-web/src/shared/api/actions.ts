/** The shapes of retries and flags, and the calls for them. */
import createClient from "openapi-fetch";
import { fetchInTime } from "./client";
import type { components } from "./schema";
import type { Account, Invoice } from "./types";

type Schemas = components["schemas"];

export type RetryState =
  | "requested"
  | "processing"
  | "succeeded"
  | "failed"
  | "needs_customer"
  | "already_paid"
  | "refused"
  | "unknown";

export interface Amount {
  amount_minor: number;
  currency: string;
}

export interface Method {
  kind?: string | null;
  brand?: string | null;
  last4?: string | null;
}

export interface Decline {
  code?: string | null;
  decline_code?: string | null;
  advice_code?: string | null;
  message?: string | null;
}

/** One try to take an invoice's payment again. */
export interface Attempt {
  id: string;
  client_id: string;
  gateway_invoice_id: string;
  invoice_number: string | null;
  state: RetryState;
  needs_person: boolean;
  reason: string | null;
  failure: Decline | null;
  hosted_url: string | null;
  amount: Amount;
  method: Method | null;
  requested_by: string;
  requested_at: string;
  started_at: string | null;
  settled_at: string | null;
  final: boolean;
  text: string;
}

/** Whether an invoice may be retried now, and why not. */
export interface RetryOffer {
  allowed: boolean;
  reason: string | null;
  text: string | null;
  attempts: number;
  method: Method | null;
  open_attempt_id: string | null;
}

export type Flag = Schemas["Flag"];
export type FlagDraft = Schemas["FlagDraft"];
export type FlagMark = Schemas["FlagMark"];
export type FlagOrder = Schemas["FlagRequest"];
export type Channel = FlagDraft["channel"];

export const retryOf = (invoice: Invoice) => (invoice as { retry?: RetryOffer | null }).retry ?? null;
export const attemptsOf = (account: Account | undefined) =>
  (account as { payment_retries?: Attempt[] | null } | undefined)?.payment_retries ?? null;

interface Answers<T> {
  content: { "application/json": T };
}
interface Keyed {
  header: { "Idempotency-Key": string };
}

interface ActionPaths {
  "/api/v1/invoices/{gateway_invoice_id}/payment-retries": {
    post: {
      parameters: Keyed & { path: { gateway_invoice_id: string } };
      requestBody: Answers<Amount>;
      responses: { 202: Answers<Attempt> };
    };
  };
  "/api/v1/payment-retries/{retry_id}": {
    get: { parameters: { path: { retry_id: string } }; responses: { 200: Answers<Attempt> } };
  };
}

export const actions = createClient<ActionPaths>({
  baseUrl: globalThis.location?.origin ?? "",
  fetch: fetchInTime,
  headers: { Accept: "application/json" },
});
