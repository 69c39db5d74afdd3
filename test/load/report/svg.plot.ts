/** One line of a plot: a value for each second, null where there is none. */
export interface PlotSeries {
  readonly label: string;
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

/** A time that is marked on a plot, in seconds from its left edge. */
export interface PlotBand {
  readonly label: string;
  readonly from: number;
  readonly until: number;
}

export interface Plot {
  readonly series: readonly PlotSeries[];
  readonly bands: readonly PlotBand[];
  /** A logarithmic scale shows a median of 10 ms and a worst of 8 s on one plot. */
  readonly isLogarithmic?: boolean;
  readonly unit: string;
}

const WIDTH = 960;
const HEIGHT = 240;
const LEFT = 64;
const RIGHT = 12;
const TOP = 22;
const BOTTOM = 26;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;
/** More points than pixels only make the file larger. */
const POINTS_MAX = 480;
const TICKS = 4;
const TIME_TICKS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600];
const TIME_TICKS_MAX = 12;
/** Of the labels of bands that stand one after another. */
const LABEL_CHARACTER_WIDTH = 6.5;

interface Scale {
  readonly yOf: (value: number) => number;
  readonly ticks: readonly number[];
}

/** An SVG drawing of values over seconds. */
export function renderPlot(plot: Plot): string {
  const seconds = Math.max(2, ...plot.series.map(({ values }) => values.length));
  const xOf = (second: number) => LEFT + (second / (seconds - 1)) * PLOT_WIDTH;
  const scale = scaleOf(plot);
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg">`,
    ...bandMarks(plot.bands, xOf, seconds),
    ...scale.ticks.map((tick) => valueTick(tick, scale.yOf(tick), plot.unit)),
    ...timeTicks(seconds).map((tick) => timeTick(tick, xOf(tick))),
    ...plot.series.map((series) => curve(series, xOf, scale.yOf)),
    '</svg>',
  ].join('\n');
}

function scaleOf({ series, isLogarithmic = false }: Plot): Scale {
  const values = series.flatMap((one) => one.values).filter((value) => value !== null);
  const most = Math.max(0, ...values);
  return isLogarithmic ? logarithmicScale(most) : linearScale(most);
}

function linearScale(most: number): Scale {
  const step = niceStep(most / TICKS);
  const top = Math.max(step, Math.ceil(most / step) * step);
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return { ticks, yOf: (value) => TOP + PLOT_HEIGHT * (1 - value / top) };
}

function logarithmicScale(most: number): Scale {
  const decades = Math.max(1, Math.ceil(Math.log10(Math.max(most, 1))));
  const ticks = Array.from({ length: decades + 1 }, (_, index) => 10 ** index);
  return { ticks, yOf: (value) => TOP + PLOT_HEIGHT * (1 - Math.log10(Math.max(value, 1)) / decades) };
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(wanted: number): number {
  if (wanted <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 2, 5, 10].find((one) => one * power >= wanted) ?? 10;
  return Math.max(1, factor * power);
}

function timeTicks(seconds: number): number[] {
  const step = TIME_TICKS.find((one) => seconds / one <= TIME_TICKS_MAX) ?? TIME_TICKS.at(-1)!;
  return Array.from({ length: Math.floor((seconds - 1) / step) + 1 }, (_, index) => index * step);
}

function curve(
  { colour, values }: PlotSeries,
  xOf: (second: number) => number,
  yOf: (value: number) => number,
): string {
  const step = Math.max(1, Math.ceil(values.length / POINTS_MAX));
  let path = '';
  let isDown = false;
  for (let second = 0; second < values.length; second += step) {
    const value = mostOf(values.slice(second, second + step));
    if (value !== null) path += `${isDown ? 'L' : 'M'}${xOf(second).toFixed(1)} ${yOf(value).toFixed(1)}`;
    isDown = value !== null;
  }
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.6" stroke-linejoin="round"/>`;
}

/** Where several seconds share a point, the worst of them is shown. */
function mostOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function valueTick(value: number, y: number, unit: string): string {
  return (
    `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>` +
    `<text x="${LEFT - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end">${shortNumber(value)}${unit}</text>`
  );
}

function timeTick(second: number, x: number): string {
  const text = `${Math.floor(second / 60)}:${String(second % 60).padStart(2, '0')}`;
  return (
    `<line class="grid" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM + 4}"/>` +
    `<text x="${x.toFixed(1)}" y="${HEIGHT - 7}" text-anchor="middle">${text}</text>`
  );
}

/** Labels that would lie on one another are left out; the table of faults has them all. */
function bandMarks(bands: readonly PlotBand[], xOf: (second: number) => number, seconds: number): string[] {
  let labelEnd = 0;
  return bands.map(({ label, from, until }) => {
    const [x, end] = [xOf(Math.max(0, from)), xOf(Math.min(seconds - 1, Math.max(until, from)))];
    const width = Math.max(2, end - x).toFixed(1);
    const rectangle = `<rect class="fault" x="${x.toFixed(1)}" y="${TOP}" width="${width}" height="${PLOT_HEIGHT}"/>`;
    const labelWidth = label.length * LABEL_CHARACTER_WIDTH;
    const labelX = Math.min(x, WIDTH - RIGHT - labelWidth);
    if (labelX < labelEnd) return rectangle;
    labelEnd = labelX + labelWidth;
    return `${rectangle}<text class="fault-name" x="${labelX.toFixed(1)}" y="${TOP - 7}">${escapeText(label)}</text>`;
  });
}

export function shortNumber(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toFixed(1))}M`;
  return value >= 10_000 ? `${Number((value / 1_000).toFixed(1))}k` : String(Number(value.toFixed(1)));
}

export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
