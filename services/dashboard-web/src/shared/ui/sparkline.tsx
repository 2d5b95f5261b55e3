const WIDTH = 84;
const HEIGHT = 22;
const PAD = 2;

/** Points of a polyline for values from 0 to their maximum; empty for fewer than two values. */
export function sparkPoints(values: readonly number[]): string {
  const most = Math.max(...values, 0);
  if (values.length < 2) return "";
  const step = (WIDTH - 2 * PAD) / (values.length - 1);
  const scale = most > 0 ? (HEIGHT - 2 * PAD) / most : 0;
  return values
    .map(
      (value, index) => `${(PAD + index * step).toFixed(1)},${(HEIGHT - PAD - Math.max(0, value) * scale).toFixed(1)}`,
    )
    .join(" ");
}

/** The last 30 days at a glance, without today, which still grows. The figures stand beside it, so it is silent for screen readers. */
export function Sparkline({ trend }: { trend: readonly string[] }) {
  const points = sparkPoints(trend.slice(0, -1).map(Number));
  return (
    <svg
      className="spark"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
      focusable="false"
    >
      <line x1={PAD} x2={WIDTH - PAD} y1={HEIGHT - 1} y2={HEIGHT - 1} className="spark-base" />
      {points ? <polyline points={points} className="spark-line" /> : null}
    </svg>
  );
}
