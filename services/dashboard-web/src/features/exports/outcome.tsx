import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import type { ApiProblem } from "@/shared/api/problem";
import { loginAddress, placeNow } from "@/shared/api/session-state";
import type { MadeExport } from "@/shared/api/types";
import { useLasting } from "@/shared/lib/clock";
import { plural } from "@/shared/lib/format";
import { Glyph } from "@/shared/ui/glyph";
import { isGone, lossOf, type Refusal, refusalOf } from "./words";

const SLOW_AFTER_MS = 4000;

/** While the file is made and fetched. How far it is nobody knows, so nothing pretends to. */
export function Progress({ text }: { text: string }) {
  const slow = useLasting(true, SLOW_AFTER_MS);
  return (
    <div className="export-outcome">
      <div className="export-bar" aria-hidden="true" />
      <p>
        {text}
        {slow ? " You can go on working; the download begins by itself." : null}
      </p>
    </div>
  );
}

export function Done({ made, onMore }: { made: MadeExport; onMore: () => void }) {
  return (
    <div className="export-outcome">
      <p>
        <span data-tone="good" aria-hidden="true">
          <Glyph sign="✓" />{" "}
        </span>
        <strong>Downloaded, {plural(made.records, "record")}.</strong>
        <span className="export-file">{made.filename}</span>
      </p>
      <p className="note">{plural(made.quota_left, "record")} left in this session.</p>
      <Button variant="default" onClick={onMore}>
        Export something else
      </Button>
    </div>
  );
}

function Failure({ words, problem, children }: { words: Refusal; problem: ApiProblem; children: ReactNode }) {
  return (
    <div className="export-outcome" role="alert">
      <p data-tone="bad">
        <strong>{words.title}.</strong>
      </p>
      <p>{words.text}</p>
      {children}
      {problem.traceId ? <p className="note">Reference for support: {problem.traceId}</p> : null}
    </div>
  );
}

/** No file was made: the server's reason, and back to the choice. */
export function Refused({ problem, onBack }: { problem: ApiProblem; onBack: () => void }) {
  return (
    <Failure words={refusalOf(problem)} problem={problem}>
      {problem.kind === "signed_out" ? (
        <Button component="a" href={loginAddress(placeNow())}>
          Sign in again
        </Button>
      ) : (
        <Button variant="default" onClick={onBack}>
          Back to the choice
        </Button>
      )}
    </Failure>
  );
}

interface LostProps {
  problem: ApiProblem;
  made: MadeExport;
  onFetch: (made: MadeExport) => void;
  onBack: () => void;
}

/** The file was made but did not come: fetch it again while it exists. */
export function Lost({ problem, made, onFetch, onBack }: LostProps) {
  return (
    <Failure words={lossOf(problem)} problem={problem}>
      {isGone(problem) ? (
        <Button variant="default" onClick={onBack}>
          Make a new one
        </Button>
      ) : (
        <Button onClick={() => onFetch(made)}>Fetch it again</Button>
      )}
    </Failure>
  );
}
