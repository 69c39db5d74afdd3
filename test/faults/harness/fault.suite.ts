import { findKafka, findRedis, requirePart } from '@app/testing';
import { type FaultRow, type LogKind, nameOfRun } from './fault.row';
import { runRow } from './fault.run';
import { isChosen, isStarted, selectionOf } from './selection';

/** A platform of three brokers takes a minute to start on a busy machine, and the log has five minutes to be folded. */
const ROW_TIMEOUT_MS = 900_000;

export interface FaultSuite {
  readonly guarantee: string;
  readonly rows: readonly FaultRow[];
}

const defined: FaultSuite[] = [];

/** Of the files loaded so far. */
export function definedSuites(): readonly FaultSuite[] {
  return defined;
}

/** Defines the runs of a guarantee: each of its rows on each of its logs. Loaded for a look only, it defines no test. */
export function faultSuite(guarantee: string, rows: readonly FaultRow[]): void {
  defined.push({ guarantee, rows });
  if (!isStarted(process.env)) return;
  requirePart('Redis', () => findRedis({ harmed: true }))(guarantee, () => {
    for (const row of rows) for (const log of row.logs) defineRun(row, log);
  });
}

function defineRun(row: FaultRow, log: LogKind): void {
  const selection = selectionOf(process.env);
  const name = nameOfRun(row, log);
  // Not chosen is not judged: docs/faults.md shows the row's last run, or that there was none.
  if (!isChosen(row, log, selection)) {
    test.skip(name, () => undefined);
    return;
  }
  const run = () =>
    test(
      name,
      async () => {
        const { problems } = await runRow(row, log, selection);
        expect(problems).toEqual([]);
      },
      ROW_TIMEOUT_MS,
    );
  if (log === 'postgres') run();
  else requirePart('Kafka', () => findKafka({ brokers: log === 'one-broker' ? 1 : 3, harmed: true }))(log, run);
}
