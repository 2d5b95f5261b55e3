import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ActionButton } from "@/shared/actions/action-button";
import { flagCircuit } from "@/shared/actions/circuits";
import { useReadOnly } from "@/shared/actions/read-only";
import { useMay } from "@/shared/api/me";
import type { Account, Discrepancy } from "@/shared/api/types";
import { rangeText } from "@/shared/lib/dates";
import { bandWord, humanised } from "@/shared/lib/words";
import { FlagMarkWord } from "@/shared/ui/flag-mark";
import { FlagIcon } from "@/shared/ui/icons";
import { FlagPanel } from "./panel";
import { type Issue, isOpen, issueKey } from "./queries";
import { change, useWriting } from "./store";

const MAY = "flags.send";
const FOLLOW_MS = 3000;

/** At the head of the account: about the row as it stands. */
export function FlagHead({ account }: { account: Account }) {
  const issue: Issue = { clientId: account.client_id, discrepancy: null, periodStart: null };
  const opener = issueKey(issue);
  const may = useMay(MAY);
  const readOnly = useReadOnly();
  const { open } = useWriting(opener);
  if (!may) return null;
  return (
    <>
      <ActionButton
        circuit={flagCircuit}
        variant="default"
        off={readOnly}
        opener={opener}
        busy={open}
        onClick={() => change(opener, { open: true })}
      >
        <FlagIcon size={14} />
        &nbsp;Flag issue
      </ActionButton>
      <FlagPanel issue={issue} opener={opener} title={`Flag an issue with ${account.name}`} />
    </>
  );
}

/** At one discrepancy. */
export function FlagDiscrepancy({ account, discrepancy }: { account: Account; discrepancy: Discrepancy }) {
  const { code, period, band } = discrepancy;
  const issue: Issue = { clientId: account.client_id, discrepancy: code, periodStart: period?.start ?? null };
  const opener = issueKey(issue);
  const may = useMay(MAY);
  const readOnly = useReadOnly();
  const { open } = useWriting(opener);
  if (!may) return null;
  const what = `${band ? bandWord(band).text : humanised(code)}${period ? `, ${rangeText(period)}` : ""}`;
  return (
    <div className="finding-action">
      <ActionButton
        circuit={flagCircuit}
        variant="default"
        size="xs"
        off={readOnly}
        opener={opener}
        busy={open}
        label={`Flag issue: ${what}`}
        onClick={() => change(opener, { open: true })}
      >
        Flag issue
      </ActionButton>
      <FlagPanel issue={issue} opener={opener} title={`Flag: ${what}`} />
    </div>
  );
}

/** At the head: who flagged it last. While that message is on its way, whoever looks is told how it ends. */
export function FlagNote({ account: { client_id, flag } }: { account: Account }) {
  const client = useQueryClient();
  const underWay = flag ? isOpen(flag.state) : false;
  useEffect(() => {
    if (!underWay) return;
    const ask = () => void client.invalidateQueries({ queryKey: ["account", client_id], exact: true });
    const timer = setInterval(ask, FOLLOW_MS);
    return () => clearInterval(timer);
  }, [client, client_id, underWay]);
  return flag ? <FlagMarkWord mark={flag} /> : null;
}
