import { Button } from "@mantine/core";
import { asProblem } from "../api/problem";
import { loginAddress, placeNow } from "../api/session-state";

const WAYS_ON: Partial<Record<string, string>> = {
  forbidden: "Your role does not include this. An administrator can change it.",
  not_found: "It may not exist, or it is not in your portfolio.",
  unavailable: "The service is starting or away. Nothing is lost.",
  busy: "Too many requests at once. Wait a moment.",
};

/** An error in the place of what could not be loaded: what happened, and the way on. */
export function ProblemState({
  error,
  retry,
  retrying = false,
  whole = false,
}: {
  error: unknown;
  retry?: () => void;
  retrying?: boolean;
  /** The page has nothing else, nor another heading. */
  whole?: boolean;
}) {
  const problem = asProblem(error);
  const Heading = whole ? "h1" : "h2";
  return (
    <div className="state" role="alert">
      <Heading>{problem.title}</Heading>
      {problem.detail ? <p>{problem.detail}</p> : null}
      {WAYS_ON[problem.kind] ? <p>{WAYS_ON[problem.kind]}</p> : null}
      <div className="state-actions">
        {problem.kind === "signed_out" ? (
          <Button component="a" href={loginAddress(placeNow())}>
            Sign in again
          </Button>
        ) : null}
        {retry && problem.kind !== "signed_out" && problem.kind !== "forbidden" ? (
          <Button onClick={retry} loading={retrying}>
            Try again
          </Button>
        ) : null}
        <Button component="a" variant="default" href="/">
          Go to the portfolio
        </Button>
      </div>
      {problem.traceId ? <p className="state-trace">Reference for support: {problem.traceId}</p> : null}
    </div>
  );
}
