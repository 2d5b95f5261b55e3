/** How the terms of a component are called and written. */
import { dayText, isDay } from "@/shared/lib/dates";
import { humanised } from "@/shared/lib/words";

const TERMS: Record<string, string> = {
  quickbooks_item: "QuickBooks item",
  valid_to: "until",
  unit_price: "price",
  percent: "percent off",
};

export function termName(name: string): string {
  return TERMS[name] ?? humanised(name).toLowerCase();
}

/** `10000:0.01;rest:0.008` → `10000: 0.01; rest: 0.008`; the rest as it was entered. */
export function termValue(name: string, value: string | null): string {
  if (value === null) return "nothing";
  if (name === "tiers") return value.replaceAll(":", ": ").replaceAll(";", "; ");
  if (name === "kind") return humanised(value).toLowerCase();
  return isDay(value) ? dayText(value) : value;
}

export type Fields = Record<string, (string | null)[]>;

/** What a component is from now on, was until now, or becomes: one text for each term. */
export function changedTerms(change: string, fields: Fields): string[] {
  return Object.entries(fields).map(([name, [before = null, after = null]]) => {
    if (change === "added") return `${termName(name)} ${termValue(name, after)}`;
    if (change === "removed") return `${termName(name)} ${termValue(name, before)}`;
    return `${termName(name)} ${termValue(name, before)} → ${termValue(name, after)}`;
  });
}

export const CHANGES: Record<string, string> = { added: "Added", changed: "Changed", removed: "Removed" };

/** `cl_0007 api_calls 2026-01-01` → its parts; what a fee is called may hold spaces. */
export function partsOfKey(key: string): { clientId: string; component: string; validFrom: string } {
  const words = key.split(" ");
  return { clientId: words[0] ?? "", component: words.slice(1, -1).join(" "), validFrom: words.at(-1) ?? "" };
}
