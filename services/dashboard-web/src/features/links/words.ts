/** Decisions in plain words. */
import type { LinkDecision, UnlinkedCustomer } from "@/shared/api/types";
import { sourceName } from "@/shared/lib/words";

/** `stripe:cus_1` → `cus_1`. */
export const externalId = (ref: string) => decodeURIComponent(ref.slice(ref.indexOf(":") + 1));

export const customerName = ({ name, ref }: Pick<UnlinkedCustomer, "name" | "ref">) => name ?? externalId(ref);

/** What was decided: `Linked Acme (Stripe) to Acme Inc.` */
export function decisionText({ verdict, customer_name, ref, source, ...decision }: LinkDecision): string {
  const who = `${customer_name ?? externalId(ref)} (${sourceName(source)})`;
  const former = decision.former_client_name ?? decision.former_client_id;
  if (verdict === "linked") return `Linked ${who} to ${decision.client_name ?? decision.client_id}`;
  if (verdict === "unlinked") return former ? `Took ${who} off ${former}` : `Left ${who} with no account`;
  return `Took back what was decided about ${who}${former ? `, at ${former} until then` : ""}`;
}
