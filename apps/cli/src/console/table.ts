const GAP = '  ';
/** What stands where there is nothing to say; an empty cell looks like a mistake. */
const NOTHING = '-';

export type Cell = string | number | boolean | null | undefined;

/** Rows under their headings, columns as wide as they must be. Numbers are set to the right. */
export function renderTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => headings.map((_, column) => textOf(row[column])));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => row[column]!.length)),
  );
  const rightAligned = headings.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const lines = [headings, ...texts].map((row) =>
    row
      .map((text, column) => (rightAligned[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
      .join(GAP)
      .trimEnd(),
  );
  return lines.join('\n');
}

/** Names and values below each other, for one thing. */
export function renderFields(fields: Readonly<Record<string, Cell>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}${GAP}${textOf(value)}`)
    .join('\n');
}

function textOf(value: Cell): string {
  if (value === null || value === undefined || value === '') return NOTHING;
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}
