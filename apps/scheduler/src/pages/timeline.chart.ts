import { DayScale, type LegendEntry, escaped, legend, px, svg } from './svg';

const WIDTH = 940;
const LABEL_WIDTH = 190;
const ROW_HEIGHT = 26;
const TOP = 6;
const BOTTOM = 26;
/** Text needs about this much room for each character. */
const CHARACTER_WIDTH = 6.6;

export interface TimeSpan {
  /** RFC 3339 or a day; only the day is drawn. */
  readonly from: string;
  /** Null: it still lasts. */
  readonly to: string | null;
  /** Which colour. */
  readonly kind: string;
  readonly label: string;
}

export interface TimelineRow {
  readonly label: string;
  readonly spans: readonly TimeSpan[];
}

export interface Timeline {
  readonly title: string;
  readonly from: string;
  /** Last day of the picture; what still lasts is drawn to here. */
  readonly on: string;
  readonly rows: readonly TimelineRow[];
  /** What each kind looks like. Kinds that are not here are not drawn. */
  readonly kinds: Readonly<Record<string, LegendEntry>>;
}

/** States over time, a row each: a Gantt chart of clusters, or what gates said. */
export function renderTimeline({ title, from, on, rows, kinds }: Timeline): string {
  const days = new DayScale(from, on, LABEL_WIDTH, WIDTH - LABEL_WIDTH - 10);
  const height = TOP + rows.length * ROW_HEIGHT;
  const content = rows.map(({ label, spans }, index) => {
    const top = TOP + index * ROW_HEIGHT;
    const name = `<text x="${LABEL_WIDTH - 8}" y="${top + 17}" text-anchor="end">${escaped(label)}</text>`;
    return name + spans.map((span) => bar(span, on, top, days, kinds)).join('');
  });
  const used = new Set(rows.flatMap(({ spans }) => spans.map(({ kind }) => kind)));
  const entries = Object.entries(kinds).flatMap(([kind, entry]) => (used.has(kind) ? [entry] : []));
  return `${svg(WIDTH, height + BOTTOM, title, [days.months(TOP, height), ...content].join('\n'))}\n${legend(entries)}`;
}

function bar(
  { from, to, kind, label }: TimeSpan,
  on: string,
  top: number,
  days: DayScale,
  kinds: Readonly<Record<string, LegendEntry>>,
): string {
  const entry = kinds[kind];
  if (!entry) return '';
  const left = days.at(from.slice(0, 10));
  // A state that lasted less than a day is still seen.
  const right = Math.max(left + 2, to === null ? days.after(on) : days.at(to.slice(0, 10)));
  const width = right - left;
  const text =
    label.length * CHARACTER_WIDTH < width - 6
      ? `<text x="${px(left + 4)}" y="${top + 17}" class="inside">${escaped(label)}</text>`
      : '';
  const tip = `<title>${escaped(`${label} ${from.slice(0, 10)} – ${to?.slice(0, 10) ?? '…'}`)}</title>`;
  return `<rect x="${px(left)}" y="${top + 3}" width="${px(width)}" height="${ROW_HEIGHT - 6}" fill="${entry.colour}">${tip}</rect>${text}`;
}
