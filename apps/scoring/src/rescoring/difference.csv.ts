import type { RescoredRow, ResultValues } from './domain/rescored-row';

const COLUMNS = [
  'attemptId',
  'analyticsId',
  'agency',
  'sessionId',
  'closing',
  'scaleId',
  'scoreBefore',
  'scoreAfter',
  'thetaBefore',
  'thetaAfter',
  'levelBefore',
  'levelAfter',
  'percentBefore',
  'percentAfter',
  'categoryBefore',
  'categoryAfter',
  'bandBefore',
  'bandAfter',
  'items',
  'illustrative',
] as const;

type Cell = string | number | boolean | null | undefined;

/** One line per changed person and scale, in the order of the attempts. Every cell is a code or a number. */
export function renderDifferences(rows: readonly RescoredRow[], illustrative: boolean): string {
  const lines = rows
    .filter(({ changed }) => changed)
    .toSorted((a, b) => (a.attemptId < b.attemptId ? -1 : 1))
    .flatMap((row) => Object.keys(row.after.scales).map((scaleId) => lineOf(row, scaleId, illustrative)));
  return `${[COLUMNS.join(), ...lines].join('\n')}\n`;
}

function lineOf(row: RescoredRow, scaleId: string, illustrative: boolean): string {
  const { before, after } = row;
  const from = before?.scales[scaleId];
  const to = after.scales[scaleId]!;
  const pair = (name: keyof Omit<ResultValues, 'scales'>): Cell[] => [before?.[name], after[name]];
  const cells: Cell[] = [
    row.attemptId,
    row.analyticsId,
    row.agency,
    row.sessionId,
    row.closing,
    scaleId,
    from?.score,
    to.score,
    from?.theta,
    to.theta,
    from?.level,
    to.level,
    ...pair('percent'),
    ...pair('category'),
    ...pair('band'),
    row.items.join(' '),
    illustrative,
  ];
  return cells.map((cell) => cell ?? '').join();
}
