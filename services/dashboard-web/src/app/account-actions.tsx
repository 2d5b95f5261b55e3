/** What acts on an account, put into the places that the account's pages leave for it. */

import { InvoicesPage as PlainInvoicesPage } from "@/features/account/invoices-page";
import { AccountPage as PlainAccountPage } from "@/features/account/page";
import { FlagDiscrepancy, FlagHead, FlagNote } from "@/features/actions/flag/places";
import { AttemptsSection } from "@/features/actions/retry/attempts";
import { RetryHead, RetryInRow, RetryRowPanel } from "@/features/actions/retry/places";
import { type AccountSlots, AccountSlotsProvider } from "@/shared/actions/slots";

const SLOTS: AccountSlots = {
  head: [RetryHead, FlagHead],
  note: FlagNote,
  invoice: RetryInRow,
  invoicePanel: RetryRowPanel,
  discrepancy: FlagDiscrepancy,
  attempts: AttemptsSection,
};

export function AccountPage() {
  return (
    <AccountSlotsProvider value={SLOTS}>
      <PlainAccountPage />
    </AccountSlotsProvider>
  );
}

export function InvoicesPage() {
  return (
    <AccountSlotsProvider value={SLOTS}>
      <PlainInvoicesPage />
    </AccountSlotsProvider>
  );
}
