import type { PsychometricsErrorCode } from '../psychometrics.error';
import type { ItemParameters } from './item.parameters';
import { requireParameterSet } from './parameters.validation';

const GOOD: ItemParameters = { itemId: 'q1', model: '2PL', a: 1, b: 0 };

const REFUSED: [string, PsychometricsErrorCode, string | undefined, unknown][] = [
  ['no item', 'parameters.empty', 'items', { D: 1, items: [] }],
  ['D = 0', 'parameters.scaling-constant', 'D', { D: 0, items: [GOOD] }],
  ['D = -1', 'parameters.scaling-constant', 'D', { D: -1, items: [GOOD] }],
  ['D = 17', 'parameters.scaling-constant', 'D', { D: 17, items: [GOOD] }],
  ['an item twice', 'parameters.duplicate-item', 'itemId', { D: 1, items: [GOOD, GOOD] }],
  ['an unknown model', 'parameters.unknown-model', 'model', { D: 1, items: [{ ...GOOD, model: '5PL' }] }],
  ['slope 0', 'parameters.slope-not-positive', 'a', { D: 1, items: [{ ...GOOD, a: 0 }] }],
  ['slope below 0', 'parameters.slope-not-positive', 'a', { D: 1, items: [{ ...GOOD, a: -0.5 }] }],
  ['slope NaN', 'parameters.not-finite', 'a', { D: 1, items: [{ ...GOOD, a: NaN }] }],
  ['difficulty infinite', 'parameters.not-finite', 'b', { D: 1, items: [{ ...GOOD, b: Infinity }] }],
  ['1PL with a slope', 'parameters.slope-not-one', 'a', { D: 1, items: [{ ...GOOD, model: '1PL', a: 1.2 }] }],
  ['c below 0', 'parameters.asymptotes', 'c', { D: 1, items: [{ ...GOOD, model: '3PL', c: -0.1 }] }],
  ['c of 1', 'parameters.asymptotes', 'c', { D: 1, items: [{ ...GOOD, model: '3PL', c: 1 }] }],
  ['c at d', 'parameters.asymptotes', 'd', { D: 1, items: [{ ...GOOD, model: '4PL', c: 0.4, d: 0.4 }] }],
  ['d above 1', 'parameters.asymptotes', 'd', { D: 1, items: [{ ...GOOD, model: '4PL', c: 0.1, d: 1.01 }] }],
  ['no steps', 'parameters.no-steps', 'b', { D: 1, items: [{ ...GOOD, model: 'GPCM', b: [] }] }],
  [
    'equal boundaries',
    'parameters.boundaries-unordered',
    'b[1]',
    { D: 1, items: [{ ...GOOD, model: 'GRM', b: [0, 0] }] },
  ],
  [
    'falling boundaries',
    'parameters.boundaries-unordered',
    'b[2]',
    { D: 1, items: [{ ...GOOD, model: 'GRM', b: [0, 1, 0.5] }] },
  ],
  [
    'nominal without spread',
    'parameters.slopes-without-spread',
    'slopes',
    { D: 1, items: [{ itemId: 'q1', model: 'NRM', slopes: [1, 1], intercepts: [0, 1] }] },
  ],
  [
    'nominal with lists of two lengths',
    'parameters.lengths-differ',
    'intercepts',
    { D: 1, items: [{ itemId: 'q1', model: 'NRM', slopes: [0, 1], intercepts: [0] }] },
  ],
];

describe('parameters', () => {
  test.each(REFUSED)('%s is refused as %s, and the field is named', (_, code, field, set) => {
    expect(() => requireParameterSet(set as Parameters<typeof requireParameterSet>[0])).toThrow(
      expect.objectContaining({ code, position: expect.objectContaining({ field }) as unknown }),
    );
  });

  test('of every model are taken, step difficulties in any order', () => {
    const items: ItemParameters[] = [
      GOOD,
      { itemId: 'q2', model: '1PL', a: 1, b: 0 },
      { itemId: 'q3', model: '3PL', a: 1, b: 0, c: 0 },
      { itemId: 'q4', model: '4PL', a: 1, b: 0, c: 0, d: 1 },
      { itemId: 'q5', model: 'PCM', b: [1, -1] },
      { itemId: 'q6', model: 'GPCM', a: 2, b: [1, -1] },
      { itemId: 'q7', model: 'GRM', a: 2, b: [-1, 1] },
      { itemId: 'q8', model: 'NRM', slopes: [0, 1], intercepts: [0, 0] },
    ];
    expect(() => requireParameterSet({ D: 1.702, items })).not.toThrow();
  });
});
