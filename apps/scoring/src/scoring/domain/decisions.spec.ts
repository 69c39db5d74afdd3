import type { ScaleScore } from '@app/contracts';
import { jobPersonMatch, truncated } from './job-person-match';
import { decideBand, decideBox } from './potential-band';
import { responseTimes } from './response-times';
import { STANDARD_FLAGS } from './scoring-package';

const COMPETENCIES = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9'];
const rule = {
  ruleId: 'capped-ratio',
  version: 1,
  competencies: COMPETENCIES.map((scaleId) => ({ scaleId, weight: 1 })),
  capPercent: 100,
  decimals: 2,
  categories: [
    { category: 'optimal', fromPercent: 90 },
    { category: 'cukup-optimal', fromPercent: 78 },
    { category: 'kurang-optimal', fromPercent: 0 },
  ],
};
const standards = { pengawas: Object.fromEntries(COMPETENCIES.map((scaleId) => [scaleId, 2])) };
const levelsOf = (levels: readonly (number | null)[]) => new Map(COMPETENCIES.map((id, at) => [id, levels[at]!]));
const match = (levels: readonly (number | null)[], change: object = {}) =>
  jobPersonMatch({ jobPersonMatch: { ...rule, ...change }, standards }, 'pengawas', levelsOf(levels))!;

describe('Job Person Match', () => {
  test('surplus on one competency does not make up for a gap on another', () => {
    expect(match([5, 5, 5, 5, 5, 5, 5, 5, 1])).toMatchObject({ percent: '94.44', category: 'optimal' });
    expect(match([5, 5, 5, 5, 5, 5, 5, 5, 1], { capPercent: 250 })).toMatchObject({ percent: '227.77' });
  });

  test.each([
    [90, 100, '90.00', 'optimal'],
    [89.999, 100, '89.99', 'cukup-optimal'],
    [78, 100, '78.00', 'cukup-optimal'],
    [77.999, 100, '77.99', 'kurang-optimal'],
    [0, 100, '0.00', 'kurang-optimal'],
  ])('%d of %d shows as %s and is %s', (achieved, required, shown, category) => {
    // One competency weighs as many thousandths as it takes to make the share.
    const weights = [Math.round(achieved * 1000), Math.round((required - achieved) * 1000)];
    const competencies = COMPETENCIES.slice(0, 2).map((scaleId, at) => ({ scaleId, weight: weights[at]! }));
    expect(match([2, 0], { competencies })).toMatchObject({ percent: shown, category });
  });

  test('a percentage is cut off behind its last decimal', () => {
    expect([truncated(200, 3, 0), truncated(200, 3, 2), truncated(1, 1000, 2), truncated(100, 1, 4)]).toEqual([
      '66',
      '66.66',
      '0.00',
      '100.0000',
    ]);
  });

  test('all nine levels are needed, and a known job level', () => {
    expect(match([2, 2, 2, 2, 2, 2, 2, 2, null])).toMatchObject({ percent: null, reasonCode: 'level-missing' });
    const content = { jobPersonMatch: rule, standards };
    const levels = levelsOf(COMPETENCIES.map(() => 2));
    expect(jobPersonMatch(content, null, levels)).toMatchObject({ category: null, reasonCode: 'job-level-unknown' });
    expect(jobPersonMatch(content, 'constructor', levels)).toMatchObject({ reasonCode: 'no-standard-for-job-level' });
  });
});

describe('potential and nine-box', () => {
  const scale = (scaleId: string, theta: number | null): ScaleScore => ({
    scaleId,
    score: 1,
    maximum: 1,
    answered: 1,
    omitted: 0,
    notReached: 0,
    theta,
    standardError: 0.3,
  });
  const scores = (thetas: readonly (number | null)[]) =>
    new Map(thetas.map((theta, at) => [`p${at}`, scale(`p${at}`, theta)]));
  const band = {
    scales: [
      { scaleId: 'p0', weight: 1 },
      { scaleId: 'p1', weight: 1 },
    ],
    edges: [-0.5, 0.5],
  };
  const box = { ...band, performance: { poor: 'below', fine: 'at', great: 'above' } as const };

  test.each([
    [[-0.500002, -0.5], 'low'],
    [[-0.5, -0.5], 'middle'],
    [[0.4, 0.599998], 'middle'],
    [[0.4, 0.6], 'high'],
  ])('thetas %j are %s: each edge belongs to the higher band', (thetas, expected) => {
    expect(decideBand(band, scores(thetas), STANDARD_FLAGS).band).toBe(expected);
  });

  test('every performance and band has a box of its own, in the layout of the regulation', () => {
    const rows = ['great', 'fine', 'poor'].map((code) =>
      [-1, 0, 1].map((theta) => decideBox(box, code, scores([theta, theta]), STANDARD_FLAGS).box),
    );
    expect(rows).toEqual([
      [4, 7, 9],
      [2, 5, 8],
      [1, 3, 6],
    ]);
  });

  test('without a theta or a known performance there is no box, and the reason is given', () => {
    expect(decideBox(box, 'fine', scores([1, null]), STANDARD_FLAGS)).toMatchObject({
      box: null,
      reasonCode: 'theta-missing',
    });
    expect(decideBox(box, null, scores([1, 1]), STANDARD_FLAGS)).toMatchObject({
      box: null,
      potential: 'high',
      reasonCode: 'performance-unknown',
    });
  });
});

describe('response times', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
  const report = (seconds: readonly (number | null)[]) =>
    responseTimes(
      {
        startedAt: at(0),
        receivedAt: seconds.map((value) => (value === null ? null : at(value))),
        revisions: seconds.map((value) => (value === null ? 0 : 1)),
      },
      seconds.map(() => 2),
      { ...STANDARD_FLAGS, rapidShareMax: 0.5 },
    );

  test('answers faster than they can be read are counted', () => {
    expect(report([1, 2, 10, 11, null])).toEqual({ measured: 4, rapid: 3, flagged: true });
    expect(report([5, 6, 20])).toEqual({ measured: 3, rapid: 1, flagged: false });
  });

  test('answers that arrived together are not measured', () => {
    expect(report([60, 60, 60, 90])).toEqual({ measured: 1, rapid: 0, flagged: false });
  });
});
