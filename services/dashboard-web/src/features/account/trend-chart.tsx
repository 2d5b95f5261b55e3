import { useElementSize } from "@mantine/hooks";
import { type PointerEvent, useState } from "react";
import { dayText, shortMonthText, toDay } from "@/shared/lib/dates";
import { quantity, shortQuantity } from "@/shared/lib/format";
import { monthStarts, type Point, type Projection, runs, type TrendModel } from "./trend-scale";

const WIDTH_FIRST = 720;
const HEIGHT = 220;
const PAD = { top: 14, right: 12, bottom: 24, left: 44 };

interface ChartProps {
  model: TrendModel;
  today: number;
  unit: string;
  label: string;
}

/** What stands on one day, in words. */
export function readOut(
  day: number,
  point: Point | undefined,
  projected: Projection | undefined,
  unit: string,
): string {
  const when = dayText(toDay(day));
  if (point?.value !== null && point?.value !== undefined) {
    return `${when}: ${quantity(String(point.value), 0)} ${unit}${point.closed ? "" : " so far"}`;
  }
  if (projected) return `${when}: about ${quantity(projected.value.toFixed(0))} ${unit} projected`;
  return `${when}: not known`;
}

function scales({ first, last, most }: TrendModel, width: number) {
  const span = Math.max(1, last - first);
  return {
    x: (day: number) => PAD.left + ((day - first) / span) * (width - PAD.left - PAD.right),
    width,
    y: (value: number) => HEIGHT - PAD.bottom - (value / most) * (HEIGHT - PAD.top - PAD.bottom),
  };
}

type Scales = ReturnType<typeof scales>;
const path = (points: readonly { day: number; value: number }[], { x, y }: Scales) =>
  points.map(({ day, value }, index) => `${index ? "L" : "M"}${x(day).toFixed(1)} ${y(value).toFixed(1)}`).join("");

function Axes({ model, at, today }: { model: TrendModel; at: Scales; today: number }) {
  const right = at.width - PAD.right;
  return (
    <>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line
            className="chart-rule"
            x1={PAD.left}
            x2={right}
            y1={at.y(model.most * share)}
            y2={at.y(model.most * share)}
          />
          <text className="chart-label" x={PAD.left - 6} y={at.y(model.most * share) + 3.5} textAnchor="end">
            {shortQuantity(model.most * share)}
          </text>
        </g>
      ))}
      {monthStarts(model.first, model.last).map((day) => (
        <g key={day}>
          <line
            className="chart-tick"
            x1={at.x(day)}
            x2={at.x(day)}
            y1={HEIGHT - PAD.bottom}
            y2={HEIGHT - PAD.bottom + 4}
          />
          <text className="chart-label" x={at.x(day) + 3} y={HEIGHT - 8}>
            {shortMonthText(toDay(day))}
          </text>
        </g>
      ))}
      {today >= model.first && today <= model.last ? (
        <g>
          <line className="chart-today" x1={at.x(today)} x2={at.x(today)} y1={PAD.top - 4} y2={HEIGHT - PAD.bottom} />
          <text className="chart-label" x={at.x(today) - 4} y={PAD.top} textAnchor="end">
            today
          </text>
        </g>
      ) : null}
    </>
  );
}

function Band({ projection, at }: { projection: Projection[]; at: Scales }) {
  if (projection.length < 2) return null;
  const upper = path(
    projection.map(({ day, high }) => ({ day, value: high })),
    at,
  );
  const lower = path(projection.map(({ day, low }) => ({ day, value: low })).reverse(), at);
  return (
    <>
      <path className="chart-band" d={`${upper}L${lower.slice(1)}Z`} />
      <path className="chart-forecast" d={path(projection, at)} />
    </>
  );
}

function Actual({ points, at }: { points: Point[]; at: Scales }) {
  const closed = runs(points.filter((point) => point.closed || point.value === null));
  const open = points.filter((point) => !point.closed && point.value !== null);
  return (
    <>
      {closed.map((run) => (
        <path key={run[0]?.day} className="chart-actual" d={path(run as { day: number; value: number }[], at)} />
      ))}
      {open.map(({ day, value }) => (
        <circle key={day} className="chart-open" cx={at.x(day)} cy={at.y(value ?? 0)} r={3} />
      ))}
    </>
  );
}

/** Actual solid, projected dashed within its range. Arrow keys walk the days; each is read out. */
export function TrendChart({ model, today, unit, label }: ChartProps) {
  const [day, setDay] = useState<number | null>(null);
  const { ref, width } = useElementSize<HTMLDivElement>();
  const at = scales(model, width || WIDTH_FIRST);
  const point = model.points.find((one) => one.day === day);
  const projected = model.projection.find((one) => one.day === day);
  const value = point?.value ?? projected?.value;

  const choose = (next: number) => setDay(Math.min(model.last, Math.max(model.first, next)));
  const onPointer = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const inside = ((event.clientX - box.left) / box.width) * at.width - PAD.left;
    choose(Math.round(model.first + (inside / (at.width - PAD.left - PAD.right)) * (model.last - model.first)));
  };

  return (
    <div className="chart">
      <div className="chart-plot" ref={ref} onPointerMove={onPointer} onPointerLeave={() => setDay(null)}>
        <svg viewBox={`0 0 ${at.width} ${HEIGHT}`} aria-hidden="true" focusable="false">
          <Axes model={model} at={at} today={today} />
          <Band projection={model.projection} at={at} />
          <Actual points={model.points} at={at} />
          {day !== null ? (
            <g className="chart-cursor">
              <line x1={at.x(day)} x2={at.x(day)} y1={PAD.top} y2={HEIGHT - PAD.bottom} />
              {value !== undefined && value !== null ? <circle cx={at.x(day)} cy={at.y(value)} r={3.5} /> : null}
            </g>
          ) : null}
        </svg>
        <input
          type="range"
          className="chart-range"
          aria-label={`${label}; arrow keys move by a day`}
          min={model.first}
          max={model.last}
          value={day ?? Math.min(today, model.last)}
          aria-valuetext={dayText(toDay(day ?? Math.min(today, model.last)))}
          onChange={(event) => choose(event.currentTarget.valueAsNumber)}
          onBlur={() => setDay(null)}
        />
      </div>
      <p className="chart-readout" aria-live="polite">
        {day === null ? " " : readOut(day, point, projected, unit)}
      </p>
    </div>
  );
}
