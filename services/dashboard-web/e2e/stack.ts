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
}

/** Make something happen out there: `pay`, `decline`, `usage`, ... */
export async function happen(kind: string, clientId?: string): Promise<void> {
  await ask("happen", { kind, ...(clientId ? { client_id: clientId } : {}) });
}

/** The account that the scenario made for a situation, such as `variance_7_over`. */
export async function planted(situation: string): Promise<string> {
  const world = await ask<{ planted: { situation: string; client_id: string }[] }>("world");
  const found = world.planted.find((one) => one.situation === situation);
  if (!found) throw new Error(`the scenario plants no ${situation}`);
  return found.client_id;
}
