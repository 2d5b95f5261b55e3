import type { Account, Forecast, MetricForecast } from "@/shared/api/types";
import { dayNumber, dayText, rangeText, toDay } from "@/shared/lib/dates";
import { money, quantity } from "@/shared/lib/format";
import { humanised, metricName } from "@/shared/lib/words";
import { Section } from "@/shared/ui/section";

const WHY_NONE: Record<string, string> = {
  not_enough_history: "There are not yet three complete months of usage, so no line is drawn.",
  cannot_judge: "Something of this account is missing, and it stays out of projections until that is there.",
  ended: "This account has ended; nothing is projected.",
  no_rate_card: "There is no rate card, and no invoice to take a price from, so usage cannot be turned into money.",
  nothing_to_project: "No metric of this account can be projected.",
};

const EXCLUDED: Record<string, string> = {
  no_price: "has no price at the end of the quarter",
  other_currency: "is priced in another currency",
  month_grain: "is counted by the month and not extrapolated",
  calibration_drift: "is not projected until its calibration is cleared",
  one_off_line: "was billed once",
  credit: "is a credit",
  accepted_gap: "has a gap that was accepted",
};

function Metric({ one }: { one: MetricForecast }) {
  return (
    <tr>
      <th scope="row">{metricName(one.metric)}</th>
      <td data-numeric>{one.actual_quantity ? quantity(one.actual_quantity, 0) : "–"}</td>
      <td data-numeric>
        <b>{one.projected_quantity ? quantity(one.projected_quantity, 0) : "–"}</b>{" "}
        <span className="unit">{one.unit}</span>
      </td>
      <td data-numeric>{one.backtest_error_percent ? `${quantity(one.backtest_error_percent, 1)} %` : "–"}</td>
    </tr>
  );
}

/** How it was made, in a sentence that can be checked by hand. */
export function methodSentence(forecast: Forecast): string {
  const [first] = forecast.metrics;
  if (!first?.from_day || !first.to_day) return `${humanised(forecast.method)}.`;
  const days = first.days_used ? `${first.days_used} days` : "the days";
  const prices =
    forecast.priced_by === "last_invoices"
      ? "units first, then the rate card's prices and, where it ends, the effective prices of the last invoices"
      : "units first, then the rate card's prices";
  return (
    `A straight line (least squares) through daily usage of ${days}, ${dayText(first.from_day)} to ${dayText(first.to_day)}; ` +
    `${prices}. The range holds 8 of 10 outcomes.`
  );
}

/** What the forecast does not hold, each with its reason. */
function LeftOut({ forecast }: { forecast: Forecast | null }) {
  const excluded = forecast?.excluded ?? [];
  if (!excluded.length) return null;
  const named = excluded.map(({ code, detail, note }) =>
    [detail ? metricName(detail) : humanised(code), EXCLUDED[code] ?? "", note ? `(${note})` : ""]
      .filter(Boolean)
      .join(" "),
  );
  return <p className="note">Left out: {named.join("; ")}</p>;
}

function Amount({ forecast }: { forecast: Forecast }) {
  const { amount, low, high } = forecast;
  if (!amount) return null;
  return (
    <p className="forecast-amount">
      <strong>{money(amount)}</strong>
      {low && high ? (
        <span className="muted">
          between {money(low)} and {money(high)}
        </span>
      ) : null}
    </p>
  );
}

/** What the quarter will bring, or the reason why that is not said. */
export function ForecastSection({ account }: { account: Account }) {
  const { forecast } = account;
  const quarterEnd = forecast?.quarter ? dayText(toDay(dayNumber(forecast.quarter.end) - 1)) : null;
  const title = quarterEnd ? `Usage value to quarter end, ${quarterEnd}` : "Usage value to quarter end";
  if (forecast?.status !== "ok") {
    return (
      <Section title={title}>
        <p className="muted">{WHY_NONE[forecast?.status ?? ""] ?? "There is no forecast for this account yet."}</p>
        {forecast?.status === "cannot_judge" ? null : <LeftOut forecast={forecast} />}
      </Section>
    );
  }
  return (
    <Section title={title}>
      <Amount forecast={forecast} />
      <table className="plain">
        <caption className="visually-hidden">
          Projection of each metric{forecast.quarter ? `, ${rangeText(forecast.quarter)}` : ""}
        </caption>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" data-numeric>
              So far
            </th>
            <th scope="col" data-numeric>
              Quarter
            </th>
            <th scope="col" data-numeric>
              Back-test error
            </th>
          </tr>
        </thead>
        <tbody>
          {forecast.metrics.map((one) => (
            <Metric key={one.metric} one={one} />
          ))}
        </tbody>
      </table>
      <p className="note">{methodSentence(forecast)}</p>
      <LeftOut forecast={forecast} />
    </Section>
  );
}
