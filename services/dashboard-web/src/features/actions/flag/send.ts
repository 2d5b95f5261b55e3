import type { QueryClient } from "@tanstack/react-query";
import type { FlagOrder } from "@/shared/api/actions";
import { type ApiProblem, asProblem } from "@/shared/api/problem";
import { noteProblem } from "@/shared/api/refusals";
import { flagQuery, type Issue, issueKey, postFlag } from "./queries";
import { change, writingOf } from "./store";

/** Whether it may have been taken although no answer says so. */
const isUnclear = ({ kind, status }: ApiProblem) => kind === "offline" || kind === "timeout" || status >= 500;

const UNCLEAR =
  "No answer came: the message may be on its way. Sending it again as it is asks for the same message, not for a second one.";

/** Send, or ask again for the same with the same key. While one request runs there is no other. */
export async function sendFlag(client: QueryClient, issue: Issue, order: FlagOrder): Promise<void> {
  const name = issueKey(issue);
  const { sending, pending } = writingOf(name);
  if (sending) return;
  const request = pending ?? { key: crypto.randomUUID(), order };
  change(name, { sending: true, pending: request, problem: null, flagId: null });
  try {
    const flag = await postFlag(issue.clientId, request.key, request.order);
    client.setQueryData(flagQuery(issue.clientId, flag.id).queryKey, flag);
    change(name, { sending: false, pending: null, flagId: flag.id });
    void client.invalidateQueries({ queryKey: ["account", issue.clientId], exact: true });
    void client.invalidateQueries({ queryKey: ["portfolio"], refetchType: "none" });
  } catch (error) {
    const problem = noteProblem(client, asProblem(error));
    const unclear = isUnclear(problem);
    change(name, {
      sending: false,
      pending: unclear || problem.kind === "signed_out" ? request : null,
      problem: unclear ? UNCLEAR : problem.detail || problem.title,
    });
  }
}
