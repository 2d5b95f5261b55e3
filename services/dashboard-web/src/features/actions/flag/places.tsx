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
import { type Issue, issueKey } from "./queries";
import { change, useWriting } from "./store";

const MAY = "flags.send";

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

/** At the head: who flagged it last. */
export function FlagNote({ account }: { account: Account }) {
  return account.flag ? <FlagMarkWord mark={account.flag} /> : null;
}
