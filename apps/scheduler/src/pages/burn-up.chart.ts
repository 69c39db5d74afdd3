import type { BurnUpLine, BurnUpLines, BurnUpPoint } from '../burn-up/burn-up.repository';
import type { Forecast } from '../forecast/domain/forecast';
import { DayScale, type LegendEntry, escaped, inNumbers, inPercent, legend, px, svg, ticksUpTo } from './svg';

const WIDTH = 940;
const HEIGHT = 340;
const LEFT = 70;
const RIGHT = 20;
const TOP = 26;
const BOTTOM = 30;

export interface TargetLine {
  readonly version: number;
  readonly from: string;
  readonly to: string;
  readonly people: number;
  readonly isInForce: boolean;
}

/** What somebody published as done by the end of a day. */
export interface PublishedPoint {
  readonly to: string;
  readonly people: number;
  readonly label: string;
}

export interface BurnUpChart {
  readonly title: string;
  /** First and last day of the picture; what lies beyond widens it. */
  readonly from: string;
  readonly to: string;
  /** Today; lines end here. */
  readonly on: string;
  readonly lines: BurnUpLines;
  readonly targets: readonly TargetLine[];
  readonly published: readonly PublishedPoint[];
  readonly forecast: Forecast | null;
}

const STYLES: Readonly<Record<BurnUpLine, LegendEntry & { readonly width: number }>> = {
  planned: { colour: '#94a3b8', id: 'kursi direncanakan', en: 'seats planned', width: 1.5, dashed: true },
  invited: { colour: '#c4b5fd', id: 'diundang', en: 'invited', width: 1.5 },
  seated: { colour: '#f59e0b', id: 'terjadwal s.d. hari ini', en: 'seat has come', width: 1.5 },
  submitted: { colour: '#1d4ed8', id: 'selesai ujian', en: 'submitted', width: 3 },
  scored: { colour: '#16a34a', id: 'dinilai', en: 'scored', width: 1.5 },
  reconciled: { colour: '#0d9488', id: 'tercocokkan', en: 'reconciled', width: 1.5 },
  released: { colour: '#be185d', id: 'diterbitkan', en: 'released', width: 1.5 },
};
const TARGET = '#111827';
const TARGET_BEFORE = '#9ca3af';
const PUBLISHED = '#b45309';
const FORECAST = '#7c3aed';

/** The burn-up as a picture with its legend. */
export function renderBurnUp(chart: BurnUpChart): string {
  const { lines, targets, published, forecast, on } = chart;
  const last = [chart.to, on, ...forecastDays(forecast), ...published.map(({ to }) => to)].sort().at(-1)!;
  const first = [chart.from, ...targets.map(({ from }) => from)].sort()[0]!;
  const days = new DayScale(first, last, LEFT, WIDTH - LEFT - RIGHT);
  const ticks = ticksUpTo(
    Math.max(
      ...Object.values(lines).map((points) => points.at(-1)?.people ?? 0),
      ...targets.map(({ people }) => people),
      ...published.map(({ people }) => people),
    ),
  );
  const scale = (HEIGHT - TOP - BOTTOM) / ticks.at(-1)!;
  const y = (people: number): number => HEIGHT - BOTTOM - people * scale;
  const content = [
    days.months(TOP, HEIGHT - BOTTOM),
    ...ticks.map((tick) => grid(tick, y(tick))),
    ...targets
      .toSorted((a, b) => Number(a.isInForce) - Number(b.isInForce))
      .map((target) => targetLine(target, days, y)),
    ...(Object.keys(STYLES) as BurnUpLine[]).map((line) => steps(line, lines[line], on, days, y)),
    ...published.map((point) => publishedMark(point, days, y)),
    todayLine(on, days),
    forecastLines(forecast, days),
  ];
  return `${svg(WIDTH, HEIGHT, chart.title, content.join('\n'))}\n${legendOf(chart)}`;
}

function forecastDays(found: Forecast | null): string[] {
  return found?.kind === 'forecast' ? [found.p50, found.p85].filter((day) => day !== null) : [];
}

function grid(tick: number, y: number): string {
  return `<line x1="${LEFT}" y1="${px(y)}" x2="${WIDTH - RIGHT}" y2="${px(y)}" class="grid"/><text x="${LEFT - 8}" y="${px(y + 4)}" text-anchor="end">${inNumbers(tick)}</text>`;
}

/** A line stands until it rises, and ends today; seats go on to the last day planned. */
function steps(
  line: BurnUpLine,
  points: readonly BurnUpPoint[],
  on: string,
  days: DayScale,
  y: (people: number) => number,
): string {
  const { colour, width, dashed } = STYLES[line];
  const [start] = points;
  if (!start) return '';
  const moves = points.map(({ day, people }) => `H${px(days.after(day))}V${px(y(people))}`).join('');
  const lastDay = points.at(-1)!.day;
  const end = line === 'planned' || lastDay > on ? '' : `H${px(days.after(on))}`;
  const path = `M${px(days.at(start.day))} ${px(y(0))}${moves}${end}`;
  const dash = dashed ? ' stroke-dasharray="5 4"' : '';
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}"${dash}/>`;
}

function targetLine(
  { from, to, people, isInForce, version }: TargetLine,
  days: DayScale,
  y: (people: number) => number,
): string {
  const colour = isInForce ? TARGET : TARGET_BEFORE;
  const [x1, y1, x2, y2] = [days.at(from), y(0), days.after(to), y(people)].map(px);
  const line = `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}" stroke-width="1.5" stroke-dasharray="7 5"/>`;
  return `${line}<text x="${x2}" y="${px(y(people) - 6)}" text-anchor="end" fill="${colour}">v${version}: ${inNumbers(people)}</text>`;
}

function publishedMark({ to, people, label }: PublishedPoint, days: DayScale, y: (people: number) => number): string {
  const [x, top] = [days.after(to), y(people)];
  const diamond = `M${px(x - 6)} ${px(top)}l6 -6l6 6l-6 6z`;
  const isLeft = x < WIDTH / 2;
  const side = isLeft ? `x="${px(x + 10)}" text-anchor="start"` : `x="${px(x - 10)}" text-anchor="end"`;
  return `<path d="${diamond}" fill="${PUBLISHED}"/><text ${side} y="${px(top + 4)}" fill="${PUBLISHED}">${escaped(label)}: ${inNumbers(people)}</text>`;
}

function todayLine(on: string, days: DayScale): string {
  const x = px(days.after(on));
  return `<line x1="${x}" y1="${TOP}" x2="${x}" y2="${HEIGHT - BOTTOM}" stroke="#475569" stroke-width="1"/>`;
}

function forecastLines(found: Forecast | null, days: DayScale): string {
  if (found?.kind !== 'forecast') return '';
  const marks = [
    ['p50', found.p50],
    ['p85', found.p85],
  ] as const;
  return marks
    .map(([name, day], index) => {
      if (day === null) return '';
      const x = px(days.after(day));
      const anchor = index === 0 ? 'end' : 'start';
      return `<line x1="${x}" y1="${TOP}" x2="${x}" y2="${HEIGHT - BOTTOM}" stroke="${FORECAST}" stroke-width="1.5" stroke-dasharray="2 3"/><text x="${x}" y="${TOP - 8}" text-anchor="${anchor}" fill="${FORECAST}">${name} ${day}</text>`;
    })
    .join('');
}

function legendOf({ lines, targets, published, forecast }: BurnUpChart): string {
  const entries: LegendEntry[] = (Object.keys(STYLES) as BurnUpLine[])
    .filter((line) => lines[line].length > 0)
    .map((line) => ({ ...STYLES[line], note: inNumbers(lines[line].at(-1)?.people ?? 0) }));
  if (targets.length > 0)
    entries.push({ colour: TARGET, id: 'target yang berlaku', en: 'target in force', dashed: true });
  if (targets.length > 1) {
    entries.push({ colour: TARGET_BEFORE, id: 'target versi lain', en: 'other versions', dashed: true });
  }
  if (published.length > 0)
    entries.push({ colour: PUBLISHED, id: 'total yang dipublikasikan', en: 'published totals' });
  if (forecast?.kind === 'forecast') entries.push({ colour: FORECAST, id: 'prakiraan', en: 'forecast', dashed: true });
  return legend(entries);
}

/** What the forecast says, in words. */
export function renderForecast(found: Forecast): string {
  if (found.kind === 'reached') return both('Target sudah tercapai.', 'The target is met.');
  if (found.kind === 'missed') {
    return both('Periode berakhir sebelum target tercapai.', 'The period ended before the target was met.');
  }
  if (found.kind === 'too-early') {
    return both(
      `Terlalu dini: baru ${found.weeks} minggu dengan sesi, diperlukan empat.`,
      `Too early: ${found.weeks} weeks with sessions so far, four are needed.`,
    );
  }
  const { p50, p85, chance, seatsShort } = found;
  const chances = both(
    `Peluang target tercapai dalam periodenya: <b>${inPercent(chance)}</b>.`,
    `Chance to meet the target within its period.`,
  );
  const dates = both(
    `Separuh simulasi selesai pada <b>${p50 ?? 'tidak ada tanggal'}</b>, 85 % pada <b>${p85 ?? 'tidak ada tanggal'}</b>.`,
    `Half of the runs are done by ${p50 ?? 'no date'}, 85 % by ${p85 ?? 'no date'}.`,
  );
  const short =
    seatsShort === 0
      ? ''
      : both(
          `Kursi yang direncanakan belum cukup: kurang <b>${inNumbers(seatsShort)}</b> kursi.`,
          `The seats planned do not suffice: ${inNumbers(seatsShort)} more are needed in 85 % of the runs.`,
        );
  return [chances, dates, short].join('\n');
}

function both(id: string, en: string): string {
  return `<p>${id} <span lang="en">${en}</span></p>`;
}
