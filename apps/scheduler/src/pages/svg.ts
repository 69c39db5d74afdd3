/** Pieces of pictures. Everything is text: nothing is fetched, nothing runs. */

const DAY_MS = 86_400_000;
const NUMBERS = new Intl.NumberFormat('id-ID');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'Mei', 'Jun', 'Jul', 'Agu', 'Sep', 'Okt', 'Nov', 'Des'];
/** Names of months need this much room. */
const MONTH_WIDTH_MIN = 46;

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** As it is written in Indonesia: 20.000. */
export function inNumbers(value: number): string {
  return NUMBERS.format(value);
}

export function inPercent(share: number): string {
  return `${new Intl.NumberFormat('id-ID', { maximumFractionDigits: 1 }).format(share * 100)} %`;
}

export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Days along a picture. */
export class DayScale {
  private readonly firstMs: number;
  private readonly lastMs: number;

  /** @param last is drawn whole */
  constructor(
    readonly first: string,
    readonly last: string,
    private readonly left: number,
    private readonly width: number,
  ) {
    this.firstMs = Date.parse(first);
    this.lastMs = Date.parse(last) + DAY_MS;
  }

  /** Where a day begins. A day outside stands at the edge. */
  at(day: string): number {
    const share = (Date.parse(day) - this.firstMs) / (this.lastMs - this.firstMs);
    return this.left + Math.min(1, Math.max(0, share)) * this.width;
  }

  /** Where a day ends. */
  after(day: string): number {
    return this.at(new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10));
  }

  /** Lines and names of the months, as many as there is room for. */
  months(top: number, bottom: number): string {
    const firsts = firstsOfMonths(this.first, this.last);
    const every = Math.ceil((MONTH_WIDTH_MIN * firsts.length) / this.width);
    return firsts
      .map((day, index) => {
        const x = px(this.at(day));
        const line = `<line x1="${x}" y1="${top}" x2="${x}" y2="${bottom}" class="grid"/>`;
        const name = `${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(2, 4)}`;
        return index % every === 0 ? `${line}<text x="${x}" y="${bottom + 16}" class="tick">${name}</text>` : line;
      })
      .join('');
  }
}

function firstsOfMonths(first: string, last: string): string[] {
  const days: string[] = [];
  let [year, month] = [Number(first.slice(0, 4)), Number(first.slice(5, 7))];
  for (;;) {
    const day = `${year}-${String(month).padStart(2, '0')}-01`;
    if (day > last) return days;
    if (day >= first) days.push(day);
    month = month === 12 ? 1 : month + 1;
    if (month === 1) year += 1;
  }
}

/** Round values from 0 up to the largest. */
export function ticksUpTo(largest: number): number[] {
  const rough = Math.max(1, largest) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
  const size = Math.max(1, step);
  return Array.from({ length: Math.ceil(Math.max(1, largest) / size) + 1 }, (_, index) => index * size);
}

export function svg(width: number, height: number, title: string, content: string): string {
  return `<div class="wide"><svg viewBox="0 0 ${width} ${px(height)}" width="${width}" height="${px(height)}" role="img" aria-label="${escaped(title)}">
${content}
</svg></div>`;
}

export interface LegendEntry {
  readonly colour: string;
  readonly id: string;
  readonly en: string;
  readonly note?: string;
  readonly dashed?: boolean;
}

/** What the colours of a picture mean, Indonesian first. */
export function legend(entries: readonly LegendEntry[]): string {
  const items = entries.map(({ colour, id, en, note, dashed }) => {
    const swatch = dashed ? `background:none;border-top:3px dashed ${colour};height:0` : `background:${colour}`;
    const value = note === undefined ? '' : ` <b>${escaped(note)}</b>`;
    return `<span><i style="${swatch}"></i>${escaped(id)} <span lang="en">${escaped(en)}</span>${value}</span>`;
  });
  return `<p class="legend">${items.join('\n')}</p>`;
}
