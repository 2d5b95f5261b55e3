/**
 * Where the account pages let others act: features do not import each other, so the app puts what acts into these
 * places (app/account-actions.tsx). An empty place shows nothing.
 */
import { type ComponentType, createContext, useContext } from "react";
import type { Account, Discrepancy, Gap, Invoice, Reconciliation } from "../api/types";

export interface InvoicePlace {
  clientId: string;
  invoice: Invoice;
}

export interface PeriodPlace {
  account: Account;
  period: Reconciliation;
}

export interface DiscrepancyPlace {
  account: Account;
  discrepancy: Discrepancy;
}

export interface GapPlace {
  account: Account;
  gap: Gap;
}

export interface AccountSlots {
  /** Buttons at the head of the account, each with its panel. */
  head: ComponentType<{ account: Account }>[];
  /** A word at the head about what was done. */
  note: ComponentType<{ account: Account }> | null;
  /** In the status of an invoice, and the whole row below it. */
  invoice: ComponentType<InvoicePlace> | null;
  invoicePanel: ComponentType<InvoicePlace & { columns: number; alone: boolean }> | null;
  discrepancy: ComponentType<DiscrepancyPlace>[];
  attempts: ComponentType<{ account: Account }> | null;
  /** In the judgement of a period, and the whole row below it. */
  period: ComponentType<PeriodPlace> | null;
  periodPanel: ComponentType<PeriodPlace & { columns: number }> | null;
  /** Beside what is missing of a source. */
  gap: ComponentType<GapPlace> | null;
  /** Shows nothing: looks after what travels. */
  watch: ComponentType<{ account: Account }> | null;
  /** Beside one of the customers that make up the account. */
  linked: ComponentType<{ account: Account; linked: Account["refs"][number] }> | null;
}

const NOTHING: AccountSlots = {
  head: [],
  note: null,
  invoice: null,
  invoicePanel: null,
  discrepancy: [],
  attempts: null,
  period: null,
  periodPanel: null,
  gap: null,
  watch: null,
  linked: null,
};

const Slots = createContext<AccountSlots>(NOTHING);

export const AccountSlotsProvider = Slots.Provider;
export const useAccountSlots = () => useContext(Slots);
