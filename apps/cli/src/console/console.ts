import { type Cell, renderFields, renderTable } from './table';

/** Where a command writes: answers to `out`, everything else to `error`, so that answers can be piped. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Shows an answer as tables for people, or as the data themselves with --json. */
export class Console {
  constructor(
    private readonly streams: Streams,
    private readonly json: boolean,
  ) {}

  /** @param render the answer for people */
  show(data: unknown, render: () => string): void {
    this.streams.out(this.json ? JSON.stringify(data, null, 2) : render());
  }

  table(data: unknown, headings: readonly string[], rows: readonly (readonly Cell[])[], ifEmpty: string): void {
    this.show(data, () => (rows.length === 0 ? ifEmpty : renderTable(headings, rows)));
  }

  fields(data: unknown, fields: Readonly<Record<string, Cell>>): void {
    this.show(data, () => renderFields(fields));
  }

  /** Said to a person beside the answer. */
  note(text: string): void {
    if (!this.json) this.streams.error(text);
  }
}
