/** Everything that can go wrong with a request, as one error with words for people. */

export type ProblemKind =
  | "signed_out"
  | "forbidden"
  | "not_found"
  | "invalid"
  | "busy"
  | "unavailable"
  | "timeout"
  | "offline"
  | "broken";

export interface ProblemBody {
  title?: string;
  status?: number;
  code?: string;
  detail?: string;
  trace_id?: string;
  retry_after_s?: number | null;
  /** Of a refusal: the code of the rule that refused. */
  reason?: string | null;
}

export class ApiProblem extends Error {
  readonly kind: ProblemKind;
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly traceId: string | undefined;
  /** The body as it came, for the fields that only some errors have. */
  readonly body: ProblemBody;

  constructor(kind: ProblemKind, status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? kind);
    this.name = "ApiProblem";
    this.kind = kind;
    this.status = status;
    this.code = body.code ?? kind;
    this.title = body.title ?? "This did not work";
    this.detail = body.detail ?? "";
    this.traceId = body.trace_id;
    this.body = body;
  }

  get retryAfter_s(): number | null {
    return this.body.retry_after_s ?? null;
  }

  /** Whether the same request may work when repeated by itself. */
  get passing(): boolean {
    return this.kind === "busy" || this.kind === "unavailable" || this.kind === "timeout" || this.kind === "offline";
  }
}

const KINDS: Record<number, ProblemKind> = {
  401: "signed_out",
  403: "forbidden",
  404: "not_found",
  400: "invalid",
  422: "invalid",
  429: "busy",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

/** From an answer that is not 2xx; its body may be anything. */
export function fromAnswer(status: number, body: unknown): ApiProblem {
  const given: ProblemBody = typeof body === "object" && body !== null ? (body as ProblemBody) : {};
  return new ApiProblem(KINDS[status] ?? "broken", status, given);
}

/** No answer within the time that we wait. */
export function timedOut(after_s: number): ApiProblem {
  return new ApiProblem("timeout", 0, {
    title: "No answer in time",
    detail: `Trueup has waited ${after_s} seconds. Nothing is lost; try again.`,
  });
}

/** The server could not be reached at all. */
export function offline(): ApiProblem {
  return new ApiProblem("offline", 0, {
    title: "Trueup cannot be reached",
    detail: "The connection to the server does not work. It is tried again by itself.",
  });
}

/** Whatever was thrown, as a problem. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem("broken", 0, {
    title: "This did not work",
    detail: error instanceof Error ? error.message : "",
  });
}
