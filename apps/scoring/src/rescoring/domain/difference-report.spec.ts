import { reportDifferences } from './difference-report';
import type { RescoredRow, ResultValues } from './rescored-row';

const values = (score: number, theta: number | null): ResultValues => ({
  scales: { science: { score, theta, level: null } },
  percent: null,
  category: null,
  band: null,
  box: null,
});

/** A person per pair of scores, or of thetas. */
function rowsOf(pairs: readonly (readonly [number, number])[], unit: 'score' | 'theta'): RescoredRow[] {
  const of = (value: number) => (unit === 'score' ? values(value, null) : values(0, value));
  return pairs.map(([before, after], index) => ({
    attemptId: `attempt-${index}`,
    analyticsId: `person-${index}`,
    agency: 'bkn',
    sessionId: 'session-1',
    closing: 1,
    before: of(before),
    after: of(after),
    changed: before !== after,
    items: [],
    digest: '',
  }));
}

const scaleOf = (rows: readonly RescoredRow[]) => reportDifferences(rows, new Map()).scales[0]!;

test('a few whole points have a bar each, with no change in the middle', () => {
  const { histogram, mean } = scaleOf(rowsOf([[3, 4], [3, 4], [5, 5], [5, 3]] as const, 'score')); // prettier-ignore
  expect(histogram).toEqual({ from: -2.5, width: 1, counts: [1, 0, 1, 2, 0] });
  expect(mean).toBe(0);
});

test('nobody changed: one bar that holds everybody', () => {
  expect(scaleOf(rowsOf([[2, 2], [3, 3]] as const, 'score')).histogram).toEqual({ from: -0.5, width: 1, counts: [2] }); // prettier-ignore
});

test('thetas are counted in twenty-one bars around no change, the farthest on the edge', () => {
  const { histogram } = scaleOf(rowsOf([[0, 0.21], [0, -0.21], [0.5, 0.5]] as const, 'theta')); // prettier-ignore
  expect(histogram!.counts).toHaveLength(21);
  expect([histogram!.counts[0], histogram!.counts[10], histogram!.counts[20]]).toEqual([1, 1, 1]);
});
