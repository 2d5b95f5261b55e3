/** A receipt as a sum that adds up to the variance exactly, whatever its parts say. */
import type { Reconciliation } from "@/shared/api/types";

export interface ReceiptSum {
  expected_minor: number;
  billed_minor: number;
  credits_minor: number;
  net_billed_minor: number;
  amount_minor: number;
  /** What the totals have and the lines do not; 0 when the lines add up. */
  expected_rest_minor: number;
  billed_rest_minor: number;
}

const total = (parts: readonly { amount_minor: number }[]) => parts.reduce((sum, part) => sum + part.amount_minor, 0);

/** Null when the period has no figures. Credits are given as what they take away, 0 or more. */
export function sumReceipt({ receipt, expected_minor, billed_minor, amount_minor }: Reconciliation): ReceiptSum | null {
  if (!receipt || expected_minor === null || billed_minor === null || amount_minor === null) return null;
  const credits_minor = total(receipt.credits);
  return {
    expected_minor,
    billed_minor: total(receipt.billed),
    credits_minor,
    net_billed_minor: billed_minor,
    amount_minor,
    expected_rest_minor: expected_minor - total(receipt.expected),
    billed_rest_minor: billed_minor - (total(receipt.billed) - credits_minor),
  };
}

/** The period to explain first: the one of the row, else the latest judged, else the latest. */
export function firstPeriod(periods: readonly Reconciliation[], start: string | undefined): Reconciliation | undefined {
  const latestFirst = [...periods].sort((a, b) => b.period.start.localeCompare(a.period.start));
  return latestFirst.find((one) => one.period.start === start) ?? latestFirst.find((one) => one.due) ?? latestFirst[0];
}
