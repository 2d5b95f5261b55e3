/**
 * Where the account pages let others act: features do not import each other, so the app puts what acts into these
 * places (app/account-actions.tsx). An empty place shows nothing.
 */
import { type ComponentType, createContext, useContext } from "react";
import type { Account, Discrepancy, Invoice } from "../api/types";

export interface InvoicePlace {
  clientId: string;
  invoice: Invoice;
}

export interface AccountSlots {
  /** Buttons at the head of the account, each with its panel. */
  head: ComponentType<{ account: Account }>[];
  /** A word at the head about what was done. */
  note: ComponentType<{ account: Account }> | null;
  /** In the status of an invoice, and the whole row below it. */
  invoice: ComponentType<InvoicePlace> | null;
  invoicePanel: ComponentType<InvoicePlace & { columns: number; alone: boolean }> | null;
  discrepancy: ComponentType<{ account: Account; discrepancy: Discrepancy }> | null;
  attempts: ComponentType<{ account: Account }> | null;
}

const NOTHING: AccountSlots = {
  head: [],
  note: null,
  invoice: null,
  invoicePanel: null,
  discrepancy: null,
  attempts: null,
};

const Slots = createContext<AccountSlots>(NOTHING);

export const AccountSlotsProvider = Slots.Provider;
export const useAccountSlots = () => useContext(Slots);
