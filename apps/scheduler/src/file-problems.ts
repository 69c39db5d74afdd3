import { cellAt, invalidFile } from '@app/bootstrap';
import type { Problem } from '@app/contracts';

/** Collects what is wrong with a file beyond its single cells, so that one reply names it all. */
export class FileProblems {
  private readonly problems: Problem[] = [];

  add(row: number, column: string, message: string): void {
    this.problems.push({ at: cellAt(row, column), message });
  }

  /** @throws DomainError `file.invalid` where anything was added */
  refuseIfAny(): void {
    if (this.problems.length > 0) throw invalidFile(this.problems);
  }

  /** Names every row whose key, made of several columns, stood in the file before. */
  addRepeats<Row extends { readonly row: number }>(
    rows: readonly Row[],
    column: string,
    keyOf: (row: Row) => string,
  ): void {
    const firstRows = new Map<string, number>();
    for (const entry of rows) {
      const first = firstRows.get(keyOf(entry));
      if (first === undefined) firstRows.set(keyOf(entry), entry.row);
      else this.add(entry.row, column, `stands in row ${first} already`);
    }
  }
}
