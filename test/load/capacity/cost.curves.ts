import type { Coefficients, LogSetup } from '../../../apps/cli/src/capacity/capacity.coefficients';
import type { CostPoint, Measurement } from './cost.points';
import { isUsable, measuredCpu, predictedCpu } from './model.fit';

const KINDS = ['gateway', 'postgres', 'assessment', 'broker', 'redis'] as const;
const COLOURS = ['#0b62a4', '#c43b3b', '#2e7d32', '#8e5cb5', '#b8860b'];
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [960, 420, 70, 130, 40, 50];
/** Candidates who answer once in this time make the rate. */
const INTERVAL_SECONDS = 40;
const [CANDIDATES_MIN, CANDIDATES_MAX] = [1_000, 120_000];
const CANDIDATE_TICKS = [1_000, 2_000, 4_000, 10_000, 20_000, 40_000, 80_000];
const COST_TICKS = [3, 10, 30, 100, 300, 1_000, 3_000, 10_000];
const CURVE_POINTS = 60;

const xOf = (candidates: number) =>
  LEFT +
  ((Math.log(candidates) - Math.log(CANDIDATES_MIN)) / (Math.log(CANDIDATES_MAX) - Math.log(CANDIDATES_MIN))) *
    (WIDTH - LEFT - RIGHT);
const yOf = (microseconds: number) => {
  const [least, most] = [Math.log(COST_TICKS[0]!), Math.log(COST_TICKS.at(-1)!)];
  const share = (Math.log(Math.max(COST_TICKS[0]!, microseconds)) - least) / (most - least);
  return HEIGHT - BOTTOM - Math.min(1, share) * (HEIGHT - TOP - BOTTOM);
};

/** Costs per answer over the candidates, measured (dots) and as the model has them (lines), both scales logarithmic. */
export function drawCurves(setup: LogSetup, coefficients: Coefficients, measurements: readonly Measurement[]): string {
  const points = measurements.flatMap((one) => one.points).filter((point) => point.setup === setup && isUsable(point));
  const kinds = KINDS.filter((kind) => points.some((point) => measuredCpu(point, kind) > 0));
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="14">CPU per answer, µs (${setup}); one answer per ${INTERVAL_SECONDS} s; dots measured, lines model</text>`,
    ...COST_TICKS.map(
      (tick) =>
        `<path d="M${LEFT} ${yOf(tick).toFixed(1)}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 8}" y="${(yOf(tick) + 4).toFixed(1)}" text-anchor="end">${tick}</text>`,
    ),
    ...CANDIDATE_TICKS.map(
      (tick) =>
        `<text x="${xOf(tick).toFixed(1)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${tick.toLocaleString('en')}</text>`,
    ),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">candidates</text>`,
    ...kinds.flatMap((kind, nth) => drawKind(coefficients, kind, points, COLOURS[nth]!)),
    '</svg>',
  ].join('\n');
}

function drawKind(
  coefficients: Coefficients,
  kind: (typeof KINDS)[number],
  points: readonly CostPoint[],
  colour: string,
): string[] {
  const step = Math.log(CANDIDATES_MAX / CANDIDATES_MIN) / (CURVE_POINTS - 1);
  const curve = Array.from({ length: CURVE_POINTS }, (_, nth) => {
    const candidates = CANDIDATES_MIN * Math.exp(step * nth);
    const load = { ...points[0]!, acknowledgedPerSecond: candidates / INTERVAL_SECONDS };
    return { candidates, cost: predictedCpu(coefficients, load, kind) };
  });
  const line = curve.map(({ candidates, cost }) => `${xOf(candidates).toFixed(1)} ${yOf(cost).toFixed(1)}`).join('L');
  const last = curve.at(-1)!;
  return [
    `<path d="M${line}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    `<text x="${WIDTH - RIGHT + 6}" y="${(yOf(last.cost) + 4).toFixed(1)}" fill="${colour}">${kind}</text>`,
    ...points.map((point) => {
      const x = xOf(point.acknowledgedPerSecond * INTERVAL_SECONDS);
      const y = yOf(measuredCpu(point, kind));
      return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3.5" fill="${colour}"/>`;
    }),
  ];
}
