import * as fc from 'fast-check';
import type { ItemParameters, ParameterSet } from '../src';
import { categoriesOf, NOT_ADMINISTERED, NOT_REACHED, OMITTED } from '../src';

/** Runs per property: enough to meet every model in several shapes, few enough for the fast suite. */
export const RUNS = 40;

const slope = fc.double({ min: 0.3, max: 3, noNaN: true });
const difficulty = fc.double({ min: -3, max: 3, noNaN: true });
const guessing = fc.double({ min: 0, max: 0.35, noNaN: true });
const steps = fc.array(difficulty, { minLength: 1, maxLength: 4 });
const boundaries = fc
  .tuple(difficulty, fc.array(fc.double({ min: 0.05, max: 1.5, noNaN: true }), { minLength: 0, maxLength: 3 }))
  .map(([first, gaps]) => gaps.reduce<number[]>((list, gap) => [...list, list.at(-1)! + gap], [first]));

const itemWithoutGuessing: fc.Arbitrary<ItemParameters> = fc.oneof(
  fc.record({ itemId: fc.constant('q'), model: fc.constant('1PL' as const), b: difficulty }),
  fc.record({ itemId: fc.constant('q'), model: fc.constant('2PL' as const), a: slope, b: difficulty }),
  fc.record({ itemId: fc.constant('q'), model: fc.constant('PCM' as const), b: steps }),
  fc.record({ itemId: fc.constant('q'), model: fc.constant('GPCM' as const), a: slope, b: steps }),
  fc.record({ itemId: fc.constant('q'), model: fc.constant('GRM' as const), a: slope, b: boundaries }),
);

const item: fc.Arbitrary<ItemParameters> = fc.oneof(
  itemWithoutGuessing,
  fc.record({ itemId: fc.constant('q'), model: fc.constant('3PL' as const), a: slope, b: difficulty, c: guessing }),
  fc.record({
    itemId: fc.constant('q'),
    model: fc.constant('4PL' as const),
    a: slope,
    b: difficulty,
    c: guessing,
    d: fc.double({ min: 0.85, max: 1, noNaN: true }),
  }),
  fc
    .array(fc.tuple(fc.double({ min: -2, max: 2, noNaN: true }), difficulty), { minLength: 2, maxLength: 4 })
    .filter((rows) => Math.max(...rows.map(([value]) => value)) - Math.min(...rows.map(([value]) => value)) > 0.2)
    .map((rows): ItemParameters => ({
      itemId: 'q',
      model: 'NRM',
      slopes: rows.map(([value]) => value),
      intercepts: rows.map(([, value]) => value),
    })),
);

function asSet(D: number, items: readonly ItemParameters[]): ParameterSet {
  return { D, items: items.map((each, index) => ({ ...each, itemId: `q${index + 1}` })) };
}

const scalingConstant = fc.constantFrom(1, 1.7, 1.702);

/** A bank of any models with one complete pattern. */
export const bankWithPattern = answered(item, 4, 14);
/** The same without lower asymptotes, so that likelihoods have one maximum. */
export const smoothBankWithPattern = answered(itemWithoutGuessing, 4, 14);

function answered(kind: fc.Arbitrary<ItemParameters>, minLength: number, maxLength: number) {
  return fc.tuple(scalingConstant, fc.array(kind, { minLength, maxLength })).chain(([D, items]) =>
    fc.tuple(...items.map((each) => fc.integer({ min: 0, max: categoriesOf(each) - 1 }))).map((scores) => ({
      set: asSet(D, items),
      scores: scores as number[],
    })),
  );
}

export const missingCode = fc.constantFrom(OMITTED, NOT_REACHED, NOT_ADMINISTERED);

/** Moves and stretches the scale of every item: difficulties to stretch × b + shift, slopes to a / stretch. */
export function moveScale(set: ParameterSet, stretch: number, shift: number): ParameterSet {
  const move = (value: number): number => stretch * value + shift;
  const items = set.items.map((each): ItemParameters => {
    switch (each.model) {
      case '1PL':
        return { itemId: each.itemId, model: '2PL', a: 1 / stretch, b: move(each.b) };
      case 'PCM':
        return { itemId: each.itemId, model: 'GPCM', a: 1 / stretch, b: each.b.map(move) };
      case 'GPCM':
      case 'GRM':
        return { ...each, a: each.a / stretch, b: each.b.map(move) };
      case 'NRM':
        throw new Error('nominal items have no difficulty to move');
      default:
        return { ...each, a: each.a / stretch, b: move(each.b) };
    }
  });
  return { D: set.D, items };
}
