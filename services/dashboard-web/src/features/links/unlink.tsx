import { Link } from "@tanstack/react-router";
import { useMay } from "@/shared/api/me";
import { asProblem } from "@/shared/api/problem";
import type { Account } from "@/shared/api/types";
import { sourceName } from "@/shared/lib/words";
import { ConfirmButton } from "@/shared/ui/confirm-button";
import { useDecide } from "./use-decide";

/** Takes one customer off the account it is shown at; for those who manage links. */
export function Unlink({ account, linked }: { account: Account; linked: Account["refs"][number] }) {
  const may = useMay("links.manage");
  const unlinking = useDecide();
  if (!may) return null;
  const who = `${linked.name ?? linked.external_id} (${sourceName(linked.source)})`;
  if (unlinking.isSuccess) {
    return (
      <p className="links-applying" role="status">
        Applying: being taken off this account. <Link to="/links">Undo it under Links</Link>
      </p>
    );
  }
  return (
    <div className="links-unlink">
      <ConfirmButton
        label="Unlink"
        describe={`Take ${who} off ${account.name}`}
        question={`Take ${who} off this account? It stays without one, whatever imports and exact keys say, until somebody links it.`}
        confirm="Unlink it"
        busy={unlinking.isPending}
        onConfirm={() =>
          unlinking.mutate({
            kind: "unlink",
            ref: linked.ref,
            clientId: account.client_id,
            seen: linked.decision_id ?? null,
          })
        }
      />
      {unlinking.isError ? (
        <p className="note" data-tone="bad" role="alert">
          {asProblem(unlinking.error).message}
        </p>
      ) : null}
    </div>
  );
}
