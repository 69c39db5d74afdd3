/** Columns that say when and by whom, not what: they never make a new version. */
export interface Recording {
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

export interface ImportReport {
  readonly rows: number;
  /** Rows that were new, or corrected what was recorded. */
  readonly recorded: number;
  readonly unchanged: number;
}

/**
 * The rows whose content differs from the latest recorded version of their key, each with its next version. An import
 * that is repeated therefore records nothing.
 */
export function newVersions<Content extends object>(
  rows: readonly Content[],
  recorded: readonly (Content & { readonly version: number })[],
  keyOf: (row: Content) => string,
): (Content & { version: number })[] {
  const latest = latestVersions(recorded, keyOf);
  return rows.flatMap((row) => {
    const before = latest.get(keyOf(row));
    return before && hasContent(before, row) ? [] : [{ ...row, version: (before?.version ?? 0) + 1 }];
  });
}

export function latestVersions<Row extends { readonly version: number }>(
  recorded: readonly Row[],
  keyOf: (row: Row) => string,
): Map<string, Row> {
  const latest = new Map<string, Row>();
  for (const row of recorded) {
    if (row.version > (latest.get(keyOf(row))?.version ?? 0)) latest.set(keyOf(row), row);
  }
  return latest;
}

export function hasContent<Content extends object>(recorded: Content, content: Content): boolean {
  return (Object.keys(content) as (keyof Content)[]).every((column) => recorded[column] === content[column]);
}

export function reportOf(rows: readonly unknown[], recorded: number): ImportReport {
  return { rows: rows.length, recorded, unchanged: rows.length - recorded };
}
