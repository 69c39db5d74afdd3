import type { Histogram, Move } from './domain/difference-report';

const BAR = '#2b6cb0';
const TRACK = '#e2e8f0';
const NEUTRAL = '#a0aec0';
const WIDTH = 920;
const LABEL_WIDTH = 190;
const NOTE_WIDTH = 320;
const ROW_HEIGHT = 22;
const PLOT_HEIGHT = 200;
const AXIS_HEIGHT = 26;
/** Room for the number above the highest column. */
const HEADROOM = 18;

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

export function horizontalBars(bars: readonly Bar[]): string {
  const most = Math.max(1, ...bars.map(({ value, of }) => of ?? value));
  const scale = (WIDTH - LABEL_WIDTH - NOTE_WIDTH) / most;
  const rows = bars.map(({ label, value, of, note }, index) => {
    const y = index * ROW_HEIGHT;
    const end = LABEL_WIDTH + (of ?? value) * scale;
    return [
      `<text x="${LABEL_WIDTH - 8}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>`,
      of === null ? '' : rectangle(LABEL_WIDTH, y + 4, of * scale, ROW_HEIGHT - 8, TRACK),
      rectangle(LABEL_WIDTH, y + 4, value * scale, ROW_HEIGHT - 8, BAR),
      `<text x="${point(end + 8)}" y="${y + 15}">${escaped(note)}</text>`,
    ].join('');
  });
  return svg(Math.max(1, bars.length) * ROW_HEIGHT, rows.join('\n'));
}

/** Columns around zero; those whose bar holds zero are grey. */
export function histogram({ from, width, counts }: Histogram, decimals: number): string {
  const most = Math.max(1, ...counts);
  const step = WIDTH / counts.length;
  const columns = counts.map((count, index) => {
    const height = (count / most) * (PLOT_HEIGHT - HEADROOM);
    const isAroundZero = index === (counts.length - 1) / 2;
    const x = index * step;
    const number =
      count > 0
        ? `<text x="${point(x + step / 2)}" y="${point(PLOT_HEIGHT - height - 5)}" text-anchor="middle">${count}</text>`
        : '';
    return rectangle(x + 2, PLOT_HEIGHT - height, step - 4, height, isAroundZero ? NEUTRAL : BAR) + number;
  });
  const ticks = counts.map((_, index) => {
    const middle = from + (index + 0.5) * width;
    if (index % 4 !== 2) return '';
    const text = middle
      .toFixed(decimals)
      .replace(/^-(0[.]?0*)$/, '$1')
      .replace('.', ',');
    return `<text x="${point((index + 0.5) * step)}" y="${PLOT_HEIGHT + 18}" text-anchor="middle">${text}</text>`;
  });
  const axis = `<line x1="0" x2="${WIDTH}" y1="${PLOT_HEIGHT}" y2="${PLOT_HEIGHT}" stroke="#4a5568"/>`;
  return svg(PLOT_HEIGHT + AXIS_HEIGHT, [...columns, axis, ...ticks].join('\n'));
}

/** Where people were against where they are, over all agencies; darker cells hold more. */
export function moveTable(moves: readonly Move[]): string {
  const from = [...new Set(moves.map((move) => move.from))].toSorted(fromLowToHigh);
  const to = [...new Set(moves.map((move) => move.to))].toSorted(fromLowToHigh);
  const people = (row: string, column: string) =>
    moves.filter((move) => move.from === row && move.to === column).reduce((sum, move) => sum + move.people, 0);
  const most = Math.max(1, ...from.flatMap((row) => to.map((column) => people(row, column))));
  const head = `<tr><th>sebelum / before ↓ sesudah / after →</th>${to.map((column) => `<th>${escaped(column)}</th>`).join('')}</tr>`;
  const body = from.map((row) => {
    const cells = to.map((column) => {
      const count = people(row, column);
      const color = row === column ? '160,174,192' : '43,108,176';
      return `<td style="background:rgba(${color},${((0.6 * count) / most).toFixed(3)})">${count}</td>`;
    });
    return `<tr><th>${escaped(row)}</th>${cells.join('')}</tr>`;
  });
  return `<table>${head}${body.join('')}</table>`;
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
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">\n${content}\n</svg>`;
}

/** Two decimals: a hundredth of a pixel is nothing, and equal inputs give equal pages. */
function point(value: number): string {
  return String(Math.round(value * 100) / 100);
}
