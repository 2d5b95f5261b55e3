import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, unwrap } from "@/shared/api/client";
import type { CurrencyForecast, PortfolioForecast } from "@/shared/api/types";
import { dayNumber, shortDayText, toDay } from "@/shared/lib/dates";
import { count, money, plural, signedMoney } from "@/shared/lib/format";
import { humanised } from "@/shared/lib/words";

const REFRESH_MS = 60_000;

const WHY: Record<string, string> = {
  not_enough_history: "under three complete months of usage",
  no_rate_card: "no rate card and no invoice to take a price from",
  ended: "ended within the quarter",
  never_complete: "usage was never complete",
  partial: "usage is partial",
  stale: "usage is older than 24 hours",
  unlinked: "no usage customer is linked",
  month_grain: "usage counted by the month is not extrapolated",
  calibration_drift: "forecasting is off until a calibration is cleared",
  no_price: "no price at the end of the quarter",
  other_currency: "priced in another currency",
  not_decided: "not decided yet",
  other_quarter: "not yet decided in this quarter",
};

const why = (code: string) => WHY[code] ?? humanised(code).toLowerCase();

function Moved({ one, since }: { one: CurrencyForecast; since: string }) {
  const { moved, currency } = one;
  if (!moved) return null;
  const movers = moved.movers.slice(0, 3);
  return (
    <p className="note">
      {currency}: {moved.moved_minor === 0 ? "unchanged" : signedMoney({ amount_minor: moved.moved_minor, currency })}{" "}
      since {shortDayText(since)}
      {moved.joined ? `; ${plural(moved.joined, "account")} joined` : ""}
      {moved.left ? `; ${plural(moved.left, "account")} left` : ""}
      {movers.length ? "; most by " : ""}
      {movers.map((mover, index) => (
        <span key={mover.client_id}>
          {index ? ", " : ""}
          <Link to="/accounts/$clientId" params={{ clientId: mover.client_id }}>
            {mover.name}
          </Link>{" "}
          {signedMoney({ amount_minor: mover.moved_minor, currency })}
        </span>
      ))}
      .
    </p>
  );
}

function Range({ one }: { one: CurrencyForecast }) {
  const inCurrency = (amount_minor: number) => money({ amount_minor, currency: one.currency });
  return (
    <p className="note">
      {one.currency}: if no account's error told anything of another's, between{" "}
      {inCurrency(one.low_if_independent_minor)} and {inCurrency(one.high_if_independent_minor)}.
    </p>
  );
}

function Excluded({ forecast }: { forecast: PortfolioForecast }) {
  return (
    <ul className="forecast-excluded">
      {forecast.excluded.map(({ code, accounts, listed }) => (
        <li key={code}>
          {plural(accounts, "account")} left out: {why(code)}.{" "}
          {listed.map((account, index) => (
            <span key={account.client_id}>
              {index ? ", " : ""}
              <Link to="/accounts/$clientId" params={{ clientId: account.client_id }}>
                {account.name}
              </Link>
            </span>
          ))}
          {accounts > listed.length ? ` and ${count(accounts - listed.length)} more` : ""}
        </li>
      ))}
      {forecast.partly.map(({ code, accounts }) => (
        <li key={`part ${code}`}>
          {plural(accounts, "account")} counted without one of their metrics: {why(code)}.
        </li>
      ))}
    </ul>
  );
}

function Figures({ forecast, until }: { forecast: PortfolioForecast; until: string }) {
  return (
    <ul className="figures" aria-label={`Forecast of the whole portfolio to ${until}`}>
      {forecast.by_currency.map((one) => {
        const inCurrency = (amount_minor: number) => money({ amount_minor, currency: one.currency });
        return (
          <li key={one.currency} className="figure">
            <span className="figure-value">{inCurrency(one.likely_minor)}</span>
            <span className="figure-label">
              likely {one.currency} by {until}, {inCurrency(one.low_minor)} to {inCurrency(one.high_minor)}
              {one.moved
                ? `, ${signedMoney({ amount_minor: one.moved.moved_minor, currency: one.currency })} since last week`
                : ""}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** What the quarter will bring for all accounts of the reader's portfolio, whatever the filters below say. */
export function PortfolioForecastStrip() {
  const { data } = useQuery({
    queryKey: ["portfolio-forecast"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/portfolio/forecast", { signal })),
    refetchInterval: REFRESH_MS,
  });
  if (!data?.accounts) return null;
  const until = shortDayText(toDay(dayNumber(data.quarter.end) - 1));
  const left_out = data.excluded.reduce((sum, one) => sum + one.accounts, 0);
  const { since } = data;
  return (
    <section className="portfolio-forecast" aria-label="Quarter forecast">
      <Figures forecast={data} until={until} />
      <details>
        <summary>
          Forecast of {count(data.accounts - left_out)} of {plural(data.accounts, "account")}; what moved and who is
          left out
        </summary>
        {since ? data.by_currency.map((one) => <Moved key={one.currency} one={one} since={since} />) : null}
        <p className="note">
          Usage value of the quarter, projected by a straight line for each account. The range adds the accounts' own
          ranges, as if all erred on the same side at once.
        </p>
        {data.by_currency.map((one) => (
          <Range key={one.currency} one={one} />
        ))}
        <Excluded forecast={data} />
      </details>
    </section>
  );
}
