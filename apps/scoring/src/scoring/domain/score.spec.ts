import { closingOf } from './closing.fixture';
import { ResponsesMalformed } from './form-layout';
import { creditOf, itemsMissingIn, score } from './score';
import type { ScoringPackage } from './scoring-package';

const scoringPackage: ScoringPackage = {
  packageId: 'package-1',
  version: 3,
  form: { formId: 'form-1', version: 1 },
  estimator: 'sum',
  items: [
    { itemId: 'i1', key: 'A' },
    { itemId: 'i2', key: 'B' },
    { itemId: 'i3', key: 7 },
  ],
  scales: [
    { scaleId: 'all', itemIds: ['i1', 'i2', 'i3'] },
    { scaleId: 'last', itemIds: ['i3'] },
  ],
  hash: 'c'.repeat(64),
};

describe('score', () => {
  test('each scale adds up its own items', () => {
    const result = score(closingOf(['A', 'C', 7]), scoringPackage);
    expect(result.scales).toEqual([
      { scaleId: 'all', score: 2, maximum: 3, answered: 3, omitted: 0, notReached: 0 },
      { scaleId: 'last', score: 1, maximum: 1, answered: 1, omitted: 0, notReached: 0 },
    ]);
  });

  test('missing responses earn nothing and are counted by kind', () => {
    const result = score(closingOf(['A', null, undefined], { closedBy: 'deadline' }), scoringPackage);
    expect(result.scales[0]).toEqual({
      scaleId: 'all',
      score: 1,
      maximum: 3,
      answered: 1,
      omitted: 1,
      notReached: 1,
    });
  });

  test('a text is not the number that it looks like', () => {
    expect(score(closingOf(['A', 'B', '7']), scoringPackage).scales[1]?.score).toBe(0);
  });

  test('an item that the package does not count changes nothing', () => {
    const result = score(closingOf(['A', 'B', 7, 'X']), scoringPackage);
    expect(result.scales[0]).toMatchObject({ score: 3, maximum: 3, answered: 3 });
  });

  test('the same responses and package give the same bytes', () => {
    const expected =
      '{"analyticsId":"person-1","attemptId":"attempt-1","sessionId":"session-1","agency":"bkn","formId":"form-1",' +
      `"formVersion":1,"closing":1,"root":"${'a'.repeat(64)}","package":{"packageId":"package-1","version":3,` +
      `"hash":"${'c'.repeat(64)}"},"engine":"1.0.0","illustrative":false,"estimator":"sum",` +
      '"scales":[{"scaleId":"all","score":1,"maximum":3,"answered":2,' +
      '"omitted":1,"notReached":0},{"scaleId":"last","score":0,"maximum":1,"answered":0,"omitted":1,"notReached":0}],' +
      '"responseTimes":{"measured":0,"rapid":0,"flagged":false},"closedAt":"2026-01-01T03:00:00.000Z","jobLevel":null,"performance":null}';
    const closed = closingOf(['A', 'A', undefined]);
    expect(JSON.stringify(score(closed, scoringPackage))).toBe(expected);
    const reordered = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(closed).reverse())));
    expect(JSON.stringify(score(reordered, scoringPackage))).toBe(expected);
  });

  test.each([
    ['a column is shorter', { responses: ['A'] }],
    ['an item stands in no section', { itemIds: ['i1', 'i9'] }],
    ['a response has no seq', { seqs: [null, null] }],
  ])('it refuses responses in which %s', (_, fields) => {
    expect(() => score(closingOf(['A', 'B'], fields), scoringPackage)).toThrow(ResponsesMalformed);
  });

  test('items of the package that the form does not have are named', () => {
    expect(itemsMissingIn(closingOf(['A', 'B']), scoringPackage)).toEqual(['i3']);
    expect(itemsMissingIn(closingOf(['A', 'B', 7, 'X']), scoringPackage)).toEqual([]);
  });

  test('a withdrawn item counts for nobody, in score and maximum', () => {
    const items = scoringPackage.items.map((item) => (item.itemId === 'i1' ? { ...item, withdrawn: true } : item));
    const withdrawn = { ...scoringPackage, items };
    expect(score(closingOf(['A', 'B', 7]), withdrawn).scales[0]).toMatchObject({ score: 2, maximum: 2, answered: 2 });
    expect(['i1', 'i2', 'i9'].map((id) => creditOf(closingOf(['A', 'B', 7]), withdrawn, id))).toEqual([null, 1, null]);
  });

  test('options earn their credits, and one that the key does not name earns nothing', () => {
    const credits = { ...scoringPackage, items: [{ itemId: 'i1', credits: { A: 4, B: 2.5 } }] };
    const graded = { ...credits, scales: [{ scaleId: 'all', itemIds: ['i1'] }] };
    const scores = ['A', 'B', 'Z', null].map((response) => score(closingOf([response]), graded).scales[0]!.score);
    expect(scores).toEqual([4, 2.5, 0, 0]);
    expect(score(closingOf(['A']), graded).scales[0]!.maximum).toBe(4);
  });

  test('too few answers give no score, and say so', () => {
    const scales = [{ scaleId: 'all', itemIds: ['i1', 'i2', 'i3'], minimumItems: 2 }];
    const result = score(closingOf(['A', undefined, undefined]), { ...scoringPackage, scales });
    expect(result.scales[0]).toMatchObject({ score: null, answered: 1, omitted: 2, noScoreReason: 'too-few-items' });
  });

  test('a section that the form does not have leaves its scale without a score', () => {
    const scales = [
      { scaleId: 'here', itemIds: ['i1', 'i2'], section: 's1' },
      { scaleId: 'elsewhere', itemIds: ['i9'], section: 's2' },
    ];
    const items = [...scoringPackage.items.slice(0, 2), { itemId: 'i9', key: 'A' }];
    const split = { ...scoringPackage, items, scales };
    expect(itemsMissingIn(closingOf(['A', 'B']), split)).toEqual([]);
    expect(score(closingOf(['A', 'B']), split).scales).toMatchObject([
      { scaleId: 'here', score: 2 },
      { scaleId: 'elsewhere', score: null, noScoreReason: 'not-delivered' },
    ]);
  });
});
