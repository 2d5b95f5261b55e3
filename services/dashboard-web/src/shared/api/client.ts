/** The typed client. Every call answers with data or throws an `ApiProblem`; none waits longer than 30 seconds. */
import createClient from "openapi-fetch";
import { fromAnswer, offline, timedOut } from "./problem";
import type { paths } from "./schema";

export const TIMEOUT_S = 30;

export async function fetchInTime(request: Request): Promise<Response> {
  const deadline = AbortSignal.timeout(TIMEOUT_S * 1000);
  try {
    return await globalThis.fetch(request, { signal: AbortSignal.any([request.signal, deadline]) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw deadline.aborted ? timedOut(TIMEOUT_S) : offline();
  }
}

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  fetch: fetchInTime,
  headers: { Accept: "application/json" },
});

/** State-changing calls carry the header that a foreign page cannot set. */
export const CSRF = { "X-Trueup-Csrf": "1" };

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer. Throws `ApiProblem` for anything but 2xx. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw fromAnswer(response.status, error);
  return data as T;
}
