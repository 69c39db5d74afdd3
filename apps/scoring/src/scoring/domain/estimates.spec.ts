import { levelProbabilities } from '@app/psychometrics';
import { closingOf } from './closing.fixture';
import { score } from './score';
import type { ScoringPackage } from './scoring-package';

const ITEMS = 20;
const itemIds = Array.from({ length: ITEMS }, (_, index) => `i${index + 1}`);
const keyHash = 'd'.repeat(64);
const packageWith = (fields: Partial<ScoringPackage> = {}): ScoringPackage => ({
  packageId: 'package-1',
  version: 1,
  form: { formId: 'form-1', version: 1 },
  estimator: 'wle',
  items: itemIds.map((itemId) => ({ itemId, key: 'A' })),
  scales: [{ scaleId: 'all', itemIds, levelCuts: [-1, 0, 1] }],
  calibration: {
    D: 1,
    statement: 'made up',
    items: itemIds.map((itemId, index) => ({ itemId, model: '2PL', a: 1 + index / 20, b: index / 5 - 2, keyHash })),
  },
  hash: 'c'.repeat(64),
  ...fields,
});
const answers = (right: number) => itemIds.map((_, index) => (index < right ? 'A' : 'B'));

describe('estimates', () => {
  test('theta and standard error have six decimals, and the level is decided on that theta', () => {
    const [scale] = score(closingOf(answers(12)), packageWith()).scales;
    const { theta, standardError, level } = scale!;
    expect(Math.round(theta! * 1e6) / 1e6).toBe(theta);
    expect(level!.level).toBe([-1, 0, 1].filter((cut) => theta! >= cut).length);
    expect(level!.probability).toBeCloseTo(levelProbabilities(theta!, standardError!, [-1, 0, 1])[level!.level]!, 6);
    const atCut = packageWith({ scales: [{ scaleId: 'all', itemIds, levelCuts: [theta!] }] });
    expect(score(closingOf(answers(12)), atCut).scales[0]!.level!.level).toBe(1);
    const above = packageWith({ scales: [{ scaleId: 'all', itemIds, levelCuts: [theta! + 1e-6] }] });
    expect(score(closingOf(answers(12)), above).scales[0]!.level!.level).toBe(0);
  });

  test('a level that is little more likely than another is marked uncertain', () => {
    const { theta } = score(closingOf(answers(12)), packageWith()).scales[0]!;
    const near = packageWith({ scales: [{ scaleId: 'all', itemIds, levelCuts: [theta! - 0.01] }] });
    const far = packageWith({ scales: [{ scaleId: 'all', itemIds, levelCuts: [theta! - 2] }] });
    expect(score(closingOf(answers(12)), near).scales[0]!.level).toMatchObject({ level: 1, uncertain: true });
    expect(score(closingOf(answers(12)), far).scales[0]!.level).toMatchObject({ level: 1, uncertain: false });
  });

  test('probabilities of EAP come from the posterior', () => {
    const eap = packageWith({ estimator: 'eap', scales: [{ scaleId: 'all', itemIds, levelCuts: [-9] }] });
    expect(score(closingOf(answers(3)), eap).scales[0]!.level).toEqual({ level: 1, probability: 1, uncertain: false });
  });

  test('an estimate that does not exist is null with its reason', () => {
    const ml = packageWith({ estimator: 'ml' });
    expect(score(closingOf(answers(ITEMS)), ml).scales[0]).toMatchObject({
      score: ITEMS,
      theta: null,
      standardError: null,
      level: null,
      personFit: null,
      noScoreReason: 'no-estimate',
    });
  });

  test('the policy decides what not reached means', () => {
    const closed = closingOf(
      itemIds.map((_, index) => (index < 10 ? 'A' : undefined)),
      { closedBy: 'deadline' },
    );
    const wrong = score(closed, packageWith({ notReached: 'wrong' })).scales[0]!;
    const ignored = score(closed, packageWith({ notReached: 'ignore' })).scales[0]!;
    expect(wrong).toMatchObject({ notReached: 10, itemsUsed: 20 });
    expect(ignored).toMatchObject({ notReached: 10, itemsUsed: 10 });
    expect(ignored.theta!).toBeGreaterThan(wrong.theta!);
  });

  test('answers against the grain are flagged, and the flag changes nothing else', () => {
    const against = itemIds.map((_, index) => (index >= 8 ? 'A' : 'B'));
    const strict = score(closingOf(against), packageWith()).scales[0]!;
    expect(strict.personFit).toMatchObject({ flagged: true });
    const lenient = score(closingOf(against), packageWith({ flags: { personFitMin: -10 } })).scales[0]!;
    expect(lenient).toEqual({ ...strict, personFit: { ...strict.personFit, flagged: false } });
  });

  test('three replays give the same bytes, whoever was scored in between', () => {
    const scoringPackage = packageWith();
    const once = () => JSON.stringify(score(closingOf(answers(7)), scoringPackage));
    const first = once();
    score(closingOf(answers(19)), scoringPackage);
    expect([once(), JSON.stringify(score(closingOf(answers(7)), packageWith()))]).toEqual([first, first]);
  });
});
