import type { Histogram, Move } from './domain/difference-report';

const BAR = '#2b6cb0';
const TRACK = '#e2e8f0';
const NEUTRAL = '#a0aec0';
/** As wide as a telephone shows; on a larger screen a plot grows a little. */
const WIDTH = 360;
const ROW_HEIGHT = 30;
const BAR_HEIGHT = 10;
/** From the top of a row to the foot of its text. */
const TEXT_FOOT = 12;
const PLOT_HEIGHT = 150;
const AXIS_HEIGHT = 22;
/** More ticks than this stand in each other's way. */
const TICKS_MAX = 11;
/** Room above the highest column for its number, which stands upright where columns are narrow. */
const HEADROOM = 36;

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Length of the track behind the bar; null: none. */
  readonly of: number | null;
  readonly note: string;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A row per bar: label and note above it, so that both fit on a telephone. */
export function horizontalBars(bars: readonly Bar[]): string {
  const scale = WIDTH / Math.max(1, ...bars.map(({ value, of }) => of ?? value));
  const rows = bars.map(({ label, value, of, note }, index) => {
    const y = index * ROW_HEIGHT;
    const barY = y + TEXT_FOOT + 4;
    return [
      `<text x="0" y="${y + TEXT_FOOT}">${escaped(label)}</text>`,
      `<text x="${WIDTH}" y="${y + TEXT_FOOT}" text-anchor="end">${escaped(note)}</text>`,
      of === null ? '' : rectangle(0, barY, of * scale, BAR_HEIGHT, TRACK),
      rectangle(0, barY, value * scale, BAR_HEIGHT, BAR),
    ].join('');
  });
  return svg(Math.max(1, bars.length) * ROW_HEIGHT, rows.join('\n'));
}

/** Columns around zero; those whose bar holds zero are grey. A few columns have a tick each, many every fourth. */
export function histogram({ from, width, counts }: Histogram, decimals: number): string {
  const most = Math.max(1, ...counts);
  const step = WIDTH / counts.length;
  const isNarrow = counts.length > TICKS_MAX;
  const tickEvery = isNarrow ? 4 : 1;
  const columns = counts.map((count, index) => {
    const height = (count / most) * (PLOT_HEIGHT - HEADROOM);
    const isAroundZero = index === (counts.length - 1) / 2;
    const x = index * step;
    const number = count > 0 ? columnNumber(count, x + step / 2, PLOT_HEIGHT - height - 5, isNarrow) : '';
    return rectangle(x + 1, PLOT_HEIGHT - height, step - 2, height, isAroundZero ? NEUTRAL : BAR) + number;
  });
  const ticks = counts.map((_, index) => {
    const middle = from + (index + 0.5) * width;
    if ((index - (counts.length - 1) / 2) % tickEvery !== 0) return '';
    const text = middle
      .toFixed(decimals)
      .replace(/^-(0[.]?0*)$/, '$1')
      .replace('.', ',');
    return `<text x="${point((index + 0.5) * step)}" y="${PLOT_HEIGHT + 15}" text-anchor="middle">${text}</text>`;
  });
  const axis = `<line x1="0" x2="${WIDTH}" y1="${PLOT_HEIGHT}" y2="${PLOT_HEIGHT}" stroke="#4a5568"/>`;
  return svg(PLOT_HEIGHT + AXIS_HEIGHT, [...columns, axis, ...ticks].join('\n'));
}

/** The number above a column. */
function columnNumber(count: number, x: number, y: number, isUpright: boolean): string {
  if (!isUpright) return `<text x="${point(x)}" y="${point(y)}" text-anchor="middle">${count}</text>`;
  return `<text transform="translate(${point(x + 4)} ${point(y)}) rotate(-90)">${count}</text>`;
}

/** Where people were against where they are, over all agencies; darker cells hold more. */
export function moveTable(moves: readonly Move[]): string {
  const from = [...new Set(moves.map((move) => move.from))].toSorted(fromLowToHigh);
  const to = [...new Set(moves.map((move) => move.to))].toSorted(fromLowToHigh);
  const people = (row: string, column: string) =>
    moves.filter((move) => move.from === row && move.to === column).reduce((sum, move) => sum + move.people, 0);
  const most = Math.max(1, ...from.flatMap((row) => to.map((column) => people(row, column))));
  const head = `<tr><th>sebelum / before ↓ sesudah / after →</th>${to.map((column) => `<th>${codeName(column)}</th>`).join('')}</tr>`;
  const body = from.map((row) => {
    const cells = to.map((column) => {
      const count = people(row, column);
      const color = row === column ? '160,174,192' : '43,108,176';
      return `<td style="background:rgba(${color},${((0.6 * count) / most).toFixed(3)})">${count}</td>`;
    });
    return `<tr><th>${codeName(row)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="wide"><table>${head}${body.join('')}</table></div>`;
}

/** Bands and categories that the platform knows, as people say them. */
const NAMES: Readonly<Record<string, string>> = {
  low: 'rendah / low',
  middle: 'menengah / middle',
  high: 'tinggi / high',
  'kurang-optimal': 'Kurang Optimal',
  'cukup-optimal': 'Cukup Optimal',
  optimal: 'Optimal',
};

export function codeName(code: string): string {
  return escaped(NAMES[code] ?? code);
}

/** Words in the order of what they mean; numbers, and words of other packages, in their own. */
const LOW_TO_HIGH = ['-', 'low', 'middle', 'high', 'kurang-optimal', 'cukup-optimal', 'optimal'];

function fromLowToHigh(left: string, right: string): number {
  return LOW_TO_HIGH.indexOf(left) - LOW_TO_HIGH.indexOf(right) || (left < right ? -1 : 1);
}

function rectangle(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${point(x)}" y="${point(y)}" width="${point(width)}" height="${point(height)}" fill="${fill}"/>`;
}

function svg(height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">\n${content}\n</svg>`;
}

/** Two decimals: a hundredth of a pixel is nothing, and equal inputs give equal pages. */
function point(value: number): string {
  return String(Math.round(value * 100) / 100);
}
