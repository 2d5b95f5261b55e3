/** What acts on an account, put into the places that the account's pages leave for it. */

import { InvoicesPage as PlainInvoicesPage } from "@/features/account/invoices-page";
import { AccountPage as PlainAccountPage } from "@/features/account/page";
import { DecideGap, DecideInRow, DecideInvoice, DecideRowPanel, DecideWatch } from "@/features/actions/decide/places";
import { FlagDiscrepancy, FlagHead, FlagNote } from "@/features/actions/flag/places";
import { AttemptsSection } from "@/features/actions/retry/attempts";
import { RetryHead, RetryInRow, RetryRowPanel } from "@/features/actions/retry/places";
import { AccountExports } from "@/features/exports/account-export";
import { Unlink } from "@/features/links/unlink";
import { type AccountSlots, AccountSlotsProvider } from "@/shared/actions/slots";
import { useIsReadOnly } from "@/shared/api/me";

const SLOTS: AccountSlots = {
  head: [RetryHead, FlagHead, AccountExports],
  note: FlagNote,
  invoice: RetryInRow,
  invoicePanel: RetryRowPanel,
  discrepancy: [DecideInvoice, FlagDiscrepancy],
  attempts: AttemptsSection,
  period: DecideInRow,
  periodPanel: DecideRowPanel,
  gap: DecideGap,
  watch: DecideWatch,
  linked: Unlink,
};

/** In read-only mode what acts is not there at all; what was done stays to be seen. */
const READ_ONLY: AccountSlots = {
  ...SLOTS,
  head: [],
  invoice: null,
  invoicePanel: null,
  discrepancy: [],
  period: null,
  periodPanel: null,
  gap: null,
  linked: null,
};

const useSlots = () => (useIsReadOnly() ? READ_ONLY : SLOTS);

export function AccountPage() {
  return (
    <AccountSlotsProvider value={useSlots()}>
      <PlainAccountPage />
    </AccountSlotsProvider>
  );
}

export function InvoicesPage() {
  return (
    <AccountSlotsProvider value={useSlots()}>
      <PlainInvoicesPage />
    </AccountSlotsProvider>
  );
}
