/** The running stack, as the browser tests reach it. */

export const URL_OF_STACK = process.env.TRUEUP_URL ?? "http://127.0.0.1:8080";
const SANDBOX = process.env.TRUEUP_SANDBOX_URL ?? `http://127.0.0.1:${Number(new URL(URL_OF_STACK).port || 80) + 1}`;

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const init = body
    ? { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }
    : {};
  const answer = await fetch(`${SANDBOX}/control/${path}`, init);
  if (!answer.ok) throw new Error(`sandbox ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

export interface Happened {
  client_id: string;
  /** What came into being or changed, by its kind. */
  objects: Record<string, string>;
}

/** Make something happen out there: `pay`, `decline`, `usage`, ... */
export async function happen(kind: string, clientId?: string): Promise<Happened> {
  const { happened } = await ask<{ happened: Happened[] }>("happen", {
    kind,
    ...(clientId ? { client_id: clientId } : {}),
  });
  const [first] = happened;
  if (!first) throw new Error(`${kind} did not happen`);
  return first;
}

/** The same so many times in one account, some at a time: meanwhile the sandbox does nothing else. */
export async function happenOften(kind: string, clientId: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 50) {
    await ask("happen", { kind, client_id: clientId, count: Math.min(50, left) });
  }
}

/** The gateway shows only so many of the client's invoices so that they can be read, or all; returns how many there are. */
export async function withhold(clientId: string, readable: number | null): Promise<number> {
  return (await ask<{ invoices: number }>("withhold", { client_id: clientId, readable })).invoices;
}

/** A bearer token of a login, as programs have one. */
export async function bearer(user: string): Promise<{ Authorization: string }> {
  return { Authorization: `Bearer ${(await ask<{ access_token: string }>("token", { user })).access_token}` };
}

/** What Slack and the mail server have taken. */
export const slackMessages = () => ask<{ channel_name: string; text: string; blocks: unknown[] }[]>("messages");
export const mails = () => ask<{ to: string[]; subject: string; text: string; html: string }[]>("mails");

/** The account that the scenario made for a situation, such as `variance_7_over`. */
export async function planted(situation: string): Promise<string> {
  const world = await ask<{ planted: { situation: string; client_id: string }[] }>("world");
  const found = world.planted.find((one) => one.situation === situation);
  if (!found) throw new Error(`the scenario plants no ${situation}`);
  return found.client_id;
}

/** One answer of Stripe's to "pay this invoice": its name, or with what belongs to it. */
export type Step = string | { answer: string; decline_code?: string; advice_code?: string; hold_s?: number };

/** What the next calls to pay this invoice get. */
export const payScript = (invoice: string, answers: Step[]) => ask("pay-script", { invoice, answers });

/** How a payment that is being processed ends. */
export const paySettle = (invoice: string, outcome: "succeeded" | "failed") => ask("pay-settle", { invoice, outcome });

/** How often the client was really charged for this invoice. */
export async function charges(invoice: string): Promise<number> {
  const { charges_by_invoice } = await ask<{ charges_by_invoice: Record<string, number> }>("counters");
  return charges_by_invoice[invoice] ?? 0;
}
