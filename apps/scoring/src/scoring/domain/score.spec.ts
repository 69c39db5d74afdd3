import { closingOf } from './closing.fixture';
import { itemsMissingIn, ResponsesMalformed, score } from './score';
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
      `"hash":"${'c'.repeat(64)}"},"estimator":"sum","scales":[{"scaleId":"all","score":1,"maximum":3,"answered":2,` +
      '"omitted":1,"notReached":0},{"scaleId":"last","score":0,"maximum":1,"answered":0,"omitted":1,"notReached":0}],' +
      '"closedAt":"2026-01-01T03:00:00.000Z","jobLevel":null,"performance":null}';
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
});
