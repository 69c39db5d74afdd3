import { escaped, inNumbers } from './svg';

export interface CountTable {
  /** What the rows are, and what the columns are. */
  readonly corner: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly counts: readonly number[] }[];
}

/** Counts as a table whose cells are the darker the more they hold, with sums; such as zone × site, or day × site. */
export function renderCountTable({ corner, columns, rows }: CountTable): string {
  const most = Math.max(1, ...rows.flatMap(({ counts }) => counts));
  const head = `<tr><th>${escaped(corner)}</th>${columns.map((column) => `<th>${escaped(column)}</th>`).join('')}<th>Σ</th></tr>`;
  const body = rows.map(({ label, counts }) => {
    const cells = counts.map((count) => (count === 0 ? '<td class="none">·</td>' : shaded(count, most)));
    return `<tr><th>${escaped(label)}</th>${cells.join('')}<td><b>${inNumbers(sumOf(counts))}</b></td></tr>`;
  });
  const totals = columns.map((_, column) => sumOf(rows.map(({ counts }) => counts[column] ?? 0)));
  const foot = `<tr><th>Σ</th>${totals.map((total) => `<td><b>${inNumbers(total)}</b></td>`).join('')}<td><b>${inNumbers(sumOf(totals))}</b></td></tr>`;
  return `<div class="wide"><table class="counts">${head}${body.join('\n')}${foot}</table></div>`;
}

function shaded(count: number, most: number): string {
  return `<td style="background:rgba(29,78,216,${(0.06 + (0.5 * count) / most).toFixed(2)})">${inNumbers(count)}</td>`;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
