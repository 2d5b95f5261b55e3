import type { ApiProblem } from "@/shared/api/problem";

export interface Refusal {
  title: string;
  text: string;
}

const CODES: Record<string, Refusal> = {
  export_quota_exceeded: {
    title: "Nothing was exported: it is more than what is left",
    text: "Narrow the filter or select fewer rows.",
  },
  read_only_mode: { title: "Nothing was exported: Trueup is in read-only mode", text: "Try again when it is over." },
};

const KINDS: Partial<Record<ApiProblem["kind"], Refusal>> = {
  timeout: {
    title: "No answer after 30 seconds",
    text: "The file may have been made and counted. Look at what is left before you try again.",
  },
  offline: { title: "Trueup cannot be reached", text: "The connection does not work. Try again when it is back." },
  unavailable: {
    title: "Exports cannot be made right now",
    text: "The service is starting or away. Try again in a moment.",
  },
  signed_out: { title: "Nothing was exported: your session has ended", text: "Sign in again; you come back here." },
};

/** Why no file was made, and the way on. */
export function refusalOf(problem: ApiProblem): Refusal {
  const known = CODES[problem.code] ?? KINDS[problem.kind];
  return known ?? { title: problem.title, text: problem.detail };
}

/** Whether the very file that was made can no longer come: it was fetched before, or its time is over. */
export function isGone(problem: ApiProblem): boolean {
  return problem.status === 410 || problem.status === 404;
}

/** Why a file that was made did not arrive. */
export function lossOf(problem: ApiProblem): Refusal {
  if (isGone(problem)) {
    return {
      title: "This file is gone",
      text: "A file can be downloaded once and for a short time. Make a new one; it counts again.",
    };
  }
  const text = "The file was made and counted, but it did not arrive. Fetching it again counts nothing.";
  return { title: KINDS[problem.kind]?.title ?? problem.title, text };
}
