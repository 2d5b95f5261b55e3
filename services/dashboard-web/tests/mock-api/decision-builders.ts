/** Decisions as the API answers them. */
import type { Decision, Offer } from "@/shared/api/actions";
import type { Me } from "@/shared/api/types";
import { me, minutesAgo } from "./builders";

export const decider = (given: Partial<Me> = {}): Me => ({
  ...me(),
  permissions: [...me().permissions, "decisions.write"],
  ...given,
});
export const offering = (kind: Offer["kind"], given: Partial<Offer> = {}): Offer => ({
  kind,
  undoes: null,
  allowed: true,
  reason: null,
  text: null,
  ...given,
});
export const decision = (given: Partial<Decision> = {}): Decision => ({
  id: "dc_1",
  client_id: "acct_0001",
  kind: "resolve",
  period_start: "2026-10-01",
  document_id: null,
  source: null,
  until: null,
  undoes: null,
  reason: null,
  revision: 1,
  decided_by: "ana",
  decided_by_name: "Ana Alvarez",
  decided_at: minutesAgo(0),
  applying: true,
  ...given,
});
