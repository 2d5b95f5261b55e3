import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import type { Account, Trend } from "@/shared/api/types";
import { dayNumber, dayText, today as todayIn } from "@/shared/lib/dates";
import { quantity } from "@/shared/lib/format";
import { metricName } from "@/shared/lib/words";
import { Section } from "@/shared/ui/section";
import { TrendChart } from "./trend-chart";
import { trendModel } from "./trend-scale";

function Table({ trend }: { trend: Trend }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section className="chart-table" tabIndex={0} aria-label="Days">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col" data-numeric>
              {trend.unit}
            </th>
          </tr>
        </thead>
        <tbody>
          {[...trend.days].reverse().map(({ day, quantity: amount, closed }) => (
            <tr key={day}>
              <th scope="row">{dayText(day)}</th>
              <td data-numeric>
                {amount === null ? <span className="muted">not known</span> : quantity(amount)}
                {amount !== null && !closed ? <span className="muted"> so far</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Legend({ projected }: { projected: boolean }) {
  return (
    <ul className="legend">
      <li data-kind="actual">used</li>
      <li data-kind="open">day still open</li>
      {projected ? <li data-kind="forecast">projected, with the range of 8 in 10 days</li> : null}
    </ul>
  );
}

/** Daily usage of one metric with the line to the quarter's end. */
export function TrendSection({ account }: { account: Account }) {
  const [metric, setMetric] = useState<string>();
  const [asTable, setAsTable] = useState(false);
  const trends = account.trend_detail;
  const trend = trends.find((one) => one.metric === metric) ?? trends[0];
  const forecast = account.forecast?.status === "ok" ? account.forecast : null;
  const model = useMemo(() => {
    const projection = forecast?.metrics.find((one) => one.metric === trend?.metric);
    return trend ? trendModel(trend, projection, forecast?.quarter?.end) : null;
  }, [trend, forecast]);
  if (!trend || !model?.points.length) {
    return (
      <Section title="Usage a day">
        <p className="muted">No usage is known for this account.</p>
      </Section>
    );
  }
  return (
    <Section
      title="Usage a day"
      aside={
        <Button variant="default" aria-pressed={asTable} onClick={() => setAsTable((former) => !former)}>
          Show as table
        </Button>
      }
    >
      {trends.length > 1 ? (
        <fieldset className="tabs">
          <legend className="visually-hidden">Metric</legend>
          {trends.map((one) => (
            <button
              key={one.metric}
              type="button"
              aria-pressed={one.metric === trend.metric}
              onClick={() => setMetric(one.metric)}
            >
              {metricName(one.metric)}
            </button>
          ))}
        </fieldset>
      ) : (
        <p className="muted chart-metric">
          {metricName(trend.metric)}, {trend.unit}
        </p>
      )}
      {asTable ? (
        <Table trend={trend} />
      ) : (
        <>
          <TrendChart
            model={model}
            today={dayNumber(todayIn(new Date(), account.time_zone))}
            unit={trend.unit}
            label={`${metricName(trend.metric)} a day`}
          />
          <Legend projected={model.projection.length > 1} />
        </>
      )}
    </Section>
  );
}
