import { AbilityScorer, type Estimator, type ItemParameters, type ParameterSet, type ScorerOptions } from '../src';
import { readPublished } from './published.files';
import { patternOf } from './response.files';

interface Lsat7File {
  conventions: { D: number };
  suggestedTolerance: Record<'MLE' | 'EAP with the 40-node grid' | 'MAP', number>;
  items: { item: number; a: number; b: number }[];
  scores: { pattern: string; MLE: number | null; EAP: number; MAP: number }[];
}
interface GirthFile {
  conventions: { D: number };
  suggestedTolerance: Record<'MLE' | 'MAP' | 'EAP', number>;
  items: { a: number; b: number }[];
  scores: { responses: string; MLE: number | null; MAP: number; EAP: number }[];
}

const lsat7 = readPublished<Lsat7File>('published-lsat7-d1702.json');
const girth = readPublished<GirthFile>('published-girth-ability.json');

function twoParameterSet(D: number, items: readonly { a: number; b: number }[]): ParameterSet {
  return {
    D,
    items: items.map(({ a, b }, index): ItemParameters => ({ itemId: `q${index + 1}`, model: '2PL', a, b })),
  };
}

function expectTheta(actual: number | null, expected: number | null, tolerance: number): void {
  if (expected === null) expect(actual).toBeNull();
  else expect(Math.abs(actual! - expected)).toBeLessThanOrEqual(tolerance);
}

describe('published-lsat7-d1702.json: LSAT7 with D = 1.702', () => {
  const set = twoParameterSet(lsat7.conventions.D, lsat7.items);
  const scorer = (estimator: Estimator, more: Partial<ScorerOptions> = {}): AbilityScorer =>
    new AbilityScorer(set, { estimator, ...more });
  const ml = scorer('ml');
  const map = scorer('map');
  const eap = scorer('eap', { nodes: 40, range: 4 });

  test.each(lsat7.scores)('pattern $pattern: ML, MAP and EAP on 40 nodes agree', (row) => {
    const scores = patternOf(row.pattern);
    expectTheta(ml.score(scores).theta, row.MLE, lsat7.suggestedTolerance.MLE);
    expectTheta(map.score(scores).theta, row.MAP, lsat7.suggestedTolerance.MAP);
    expectTheta(eap.score(scores).theta, row.EAP, lsat7.suggestedTolerance['EAP with the 40-node grid']);
  });
});

describe('published-girth-ability.json: five 2PL items', () => {
  const set = twoParameterSet(girth.conventions.D, girth.items);
  const rows = girth.scores.map((row, index) => ({ ...row, index }));

  test.each(rows)('row $index, pattern $responses: ML, MAP and EAP agree', (row) => {
    const scores = patternOf(row.responses);
    const theta = (estimator: Estimator): number | null => new AbilityScorer(set, { estimator }).score(scores).theta;
    expectTheta(theta('ml'), row.MLE, girth.suggestedTolerance.MLE);
    expectTheta(theta('map'), row.MAP, girth.suggestedTolerance.MAP);
    expectTheta(theta('eap'), row.EAP, girth.suggestedTolerance.EAP);
  });
});
