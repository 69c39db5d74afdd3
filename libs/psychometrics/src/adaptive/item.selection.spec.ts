import { readTable } from '../../test/response.files';
import { itemInformation } from '../fit/test.information';
import type { ParameterSet } from '../models/item.parameters';
import { selectItem } from './item.selection';

const table = readTable('tcals-bank-3pl.csv');
const bank: ParameterSet = {
  D: 1,
  items: table.rows.map(([itemId, a, b, c]) => ({
    itemId: `t${itemId!.padStart(2, '0')}`,
    model: '3PL',
    a: Number(a),
    b: Number(b),
    c: Number(c),
  })),
};
const areaOf = Object.fromEntries(table.rows.map((row) => [`t${row[0]!.padStart(2, '0')}`, row[5]!]));

describe('item selection on the TCALS bank', () => {
  test.each([-2, 0, 0.7, 2])('takes the item with the highest information at theta %d', (theta) => {
    const { item, ranking } = selectItem(bank, { theta });
    const best = Math.max(...bank.items.map((each) => itemInformation(each, 1, theta)));
    expect(item.information).toBe(best);
    expect(ranking).toHaveLength(bank.items.length);
    ranking
      .slice(1)
      .forEach(({ information }, index) => expect(information).toBeLessThanOrEqual(ranking[index]!.information));
  });

  test('never gives an item twice', () => {
    const first = selectItem(bank, { theta: 0 }).item.itemId;
    const second = selectItem(bank, { theta: 0, administered: [first] });
    expect(second.item.itemId).not.toBe(first);
    expect(second.ranking.map(({ itemId }) => itemId)).not.toContain(first);
  });

  test('breaks ties by item id, whatever the order of the bank', () => {
    const twins = ['q10', 'q2', 'q1'].map((itemId) => ({ itemId, model: '2PL' as const, a: 1, b: 0 }));
    for (const items of [twins, twins.toReversed()]) {
      expect(selectItem({ D: 1, items }, { theta: 0 }).ranking.map(({ itemId }) => itemId)).toEqual([
        'q1',
        'q10',
        'q2',
      ]);
    }
  });

  test('a seed decides the draw among the best, and every one of them comes up', () => {
    const draw = (seed: number): string => selectItem(bank, { theta: 0, randomesque: 5, seed }).item.itemId;
    const best = selectItem(bank, { theta: 0 })
      .ranking.slice(0, 5)
      .map(({ itemId }) => itemId);
    expect(draw(12)).toBe(draw(12));
    const drawn = new Set(Array.from({ length: 200 }, (_, seed) => draw(seed)));
    expect(drawn).toEqual(new Set(best));
  });

  test('fills content areas to their targets', () => {
    const areas = [...new Set(Object.values(areaOf))].sort();
    const targets = areas.map((area, index) => ({ area, share: index === 0 ? 0.4 : 0.15 }));
    const administered: string[] = [];
    for (let step = 0; step < 20; step++) {
      const { item, area } = selectItem(bank, { theta: 0, administered, content: { areaOf, targets } });
      expect(areaOf[item.itemId]).toBe(area);
      administered.push(item.itemId);
    }
    const counts = areas.map((area) => administered.filter((itemId) => areaOf[itemId] === area).length);
    expect(counts).toEqual([8, 3, 3, 3, 3]);
  });

  test('leaves out what has reached its exposure limit', () => {
    const best = selectItem(bank, { theta: 0 }).item.itemId;
    const { item, overexposed } = selectItem(bank, { theta: 0, exposure: { limit: 0.2, rates: { [best]: 0.2 } } });
    expect(overexposed).toEqual([best]);
    expect(item.itemId).not.toBe(best);
  });

  test.each([
    [{ theta: NaN }, 'options.invalid'],
    [{ theta: 0, administered: ['nothing'] }, 'options.invalid'],
    [{ theta: 0, randomesque: 3 }, 'options.invalid'],
    [{ theta: 0, exposure: { limit: 0, rates: {} } }, 'options.invalid'],
    [{ theta: 0, content: { areaOf, targets: [{ area: 'Audio1', share: 0.5 }] } }, 'options.invalid'],
    [{ theta: 0, administered: bank.items.map(({ itemId }) => itemId) }, 'selection.nothing-eligible'],
  ])('refuses %p as %s', (options, code) => {
    expect(() => selectItem(bank, options)).toThrow(expect.objectContaining({ code }));
  });
});
