import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Totals } from "@/shared/api/types";
import { count, money } from "@/shared/lib/format";
import { Glyph } from "@/shared/ui/glyph";
import { Bar } from "@/shared/ui/skeleton";
import { EXACTLY, type PortfolioSearch, withFilter } from "./search";

interface FigureProps {
  label: string;
  to: PortfolioSearch;
  here: boolean;
  tone?: "bad" | "quiet" | undefined;
  children: ReactNode;
}

function Figure({ label, to, here, tone, children }: FigureProps) {
  return (
    <li>
      <Link
        to="/"
        activeOptions={EXACTLY}
        search={to}
        className="figure"
        data-tone={tone}
        aria-current={here ? "true" : undefined}
      >
        <span className="figure-value">{children}</span>
        <span className="figure-label">{label}</span>
      </Link>
    </li>
  );
}

function Overdue({ totals, search }: { totals: Totals; search: PortfolioSearch }) {
  const overdue = totals.by_currency.filter((one) => one.overdue_minor !== null && (one.overdue_count ?? 0) > 0);
  const to = withFilter(search, { status: ["overdue"] });
  const here = search.status?.length === 1 && search.status[0] === "overdue";
  if (!overdue.length) {
    return totals.by_currency.some((one) => one.overdue_minor === null) ? null : (
      <Figure label="overdue" to={to} here={here} tone="quiet">
        None
      </Figure>
    );
  }
  return overdue.map((one) => (
    <Figure key={one.currency} label={`overdue ${one.currency} · ${count(one.overdue_count ?? 0)}`} to={to} here={here}>
      {money({ amount_minor: one.overdue_minor ?? 0, currency: one.currency })}
    </Figure>
  ));
}

/** The portfolio in one line; each figure leads to the accounts behind it. */
export function Figures({ totals, search }: { totals: Totals | undefined; search: PortfolioSearch }) {
  if (!totals) {
    return (
      <ul className="figures" aria-hidden="true">
        {["accounts", "flagged", "overdue", "cannot judge"].map((label) => (
          <li key={label} className="figure">
            <span className="figure-value">
              <Bar width={64} height={20} />
            </span>
            <span className="figure-label">{label}</span>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <ul className="figures" aria-label="Totals of the accounts in this list">
      <Figure label={totals.accounts === 1 ? "account" : "accounts"} to={{}} here={false}>
        {count(totals.accounts)}
      </Figure>
      <Figure
        label="flagged"
        to={withFilter(search, { flagged: "true" })}
        here={search.flagged === true}
        tone={totals.flagged ? "bad" : "quiet"}
      >
        {totals.flagged ? (
          <>
            <Glyph sign="⚑" />{" "}
          </>
        ) : null}
        {count(totals.flagged)}
      </Figure>
      <Overdue totals={totals} search={search} />
      <Figure
        label="cannot judge"
        to={withFilter(search, { band: ["cannot_judge"] })}
        here={search.band?.length === 1 && search.band[0] === "cannot_judge"}
        tone={totals.cannot_judge ? undefined : "quiet"}
      >
        {count(totals.cannot_judge)}
      </Figure>
    </ul>
  );
}
