import fc from 'fast-check';
import { type Candidate, chooseAtShare } from './canary-choice';

const roster = fc.uniqueArray(
  fc.record({ analyticsId: fc.uuid(), agency: fc.constantFrom('kemenkeu', 'kemenkes', 'bps') }),
  { selector: ({ analyticsId }) => analyticsId, minLength: 1, maxLength: 80 },
);

function candidatesOf(
  people: readonly { readonly analyticsId: string; readonly agency: string }[],
  chosen: ReadonlySet<string>,
): Candidate[] {
  return people.map((person) => ({ ...person, chosen: chosen.has(person.analyticsId) }));
}

describe('the people of a share', () => {
  test('are the rounded-up share of every agency, and depend on the seed alone', () => {
    fc.assert(
      fc.property(roster, fc.integer({ min: 1, max: 100 }), (people, share) => {
        const chosen = chooseAtShare(candidatesOf(people, new Set()), share, 'seed-1');
        expect(chooseAtShare(candidatesOf(people.toReversed(), new Set()), share, 'seed-1')).toEqual(chosen);
        for (const agency of ['kemenkeu', 'kemenkes', 'bps']) {
          const members = people.filter((person) => person.agency === agency);
          const taken = members.filter(({ analyticsId }) => chosen.includes(analyticsId));
          expect(taken).toHaveLength(Math.ceil((members.length * share) / 100));
        }
      }),
    );
  });

  test('stay when the share rises, whoever has joined the roster meanwhile', () => {
    fc.assert(
      fc.property(roster, roster, fc.integer({ min: 1, max: 50 }), (first, later, share) => {
        const canary = new Set(chooseAtShare(candidatesOf(first, new Set()), share, 'seed-1'));
        const everybody = new Map([...first, ...later].map((person) => [person.analyticsId, person]));
        const joined = chooseAtShare(candidatesOf([...everybody.values()], canary), share * 2, 'seed-1');
        for (const analyticsId of joined) expect(canary.has(analyticsId)).toBe(false);
        const all = new Set([...canary, ...joined]);
        expect(all.size).toBe(canary.size + joined.length);
      }),
    );
  });

  test('are others under another seed', () => {
    const people = Array.from({ length: 100 }, (_, index) => ({ analyticsId: `p${index}`, agency: 'bps' }));
    const candidates = candidatesOf(people, new Set());
    expect(chooseAtShare(candidates, 10, 'seed-1')).not.toEqual(chooseAtShare(candidates, 10, 'seed-2'));
  });
});
