import { type FaultRow, type LogKind, nameOfRun } from './fault.row';

/** What the command line hands to the runs; see `main.ts`. */
export const SELECTION_VARIABLE = 'PETABAKAT_FAULTS';

export interface TreeUnderTest {
  /** Where `dist` is; null is this tree. */
  readonly root: string | null;
  readonly commit: string;
}

export interface Selection extends TreeUnderTest {
  /** Rows whose names begin so, by themselves or with their log; null is all of them. */
  readonly only: readonly string[] | null;
  readonly short: boolean;
  /** Rows that need not run again. */
  readonly passed: readonly string[];
  readonly seed: number;
}

/** Whether the command line has started this process to run rows. */
export function isStarted(env: NodeJS.ProcessEnv): boolean {
  return SELECTION_VARIABLE in env;
}

export function selectionOf(env: NodeJS.ProcessEnv): Selection {
  const text = env[SELECTION_VARIABLE];
  if (!text) throw new Error('fault tests are started by `npm run test:faults`');
  return JSON.parse(text) as Selection;
}

export function isChosen(row: FaultRow, log: LogKind, { only, short, passed }: Selection): boolean {
  const name = nameOfRun(row, log);
  if (short && !row.short?.includes(log)) return false;
  if (only) return only.some((wanted) => name === wanted || row.name === wanted);
  return !passed.includes(name);
}
