import { StandingWatch } from './standing.watch';

const P = 'scoring petabakat.responses.v1 3';

function watched(looks: readonly (readonly [atSeconds: number, position: number, end: number])[]): StandingWatch {
  const watch = new StandingWatch();
  for (const [at, position, end] of looks) watch.look(at * 1_000, new Map([[P, { position, end }]]));
  return watch;
}

describe('how long a partition stood still', () => {
  test('is nothing where no record waits', () => {
    const { longest } = watched([
      [0, 5, 5],
      [60, 5, 5],
      [61, 6, 6],
    ]);
    expect(longest).toBeNull();
  });

  test('counts from the look before the record came', () => {
    const { longest } = watched([
      [0, 5, 5],
      [1, 5, 6],
      [9, 5, 8],
      [10, 8, 8],
    ]);
    expect(longest).toMatchObject({ partition: P, seconds: 9, fromMs: 0 });
  });

  test('begins anew with every step, however far behind', () => {
    const { longest } = watched([
      [0, 0, 100],
      [4, 1, 100],
      [9, 2, 100],
      [10, 2, 100],
    ]);
    expect(longest).toMatchObject({ seconds: 1, fromMs: 9_000 });
  });

  test('is the longest of several, and of several partitions', () => {
    const watch = new StandingWatch();
    const look = (at: number, a: number, b: number) =>
      watch.look(
        at * 1_000,
        new Map([
          ['a', { position: a, end: 10 }],
          ['b', { position: b, end: 10 }],
        ]),
      );
    look(0, 1, 1);
    look(7, 1, 2);
    look(12, 2, 2);
    look(30, 10, 2);
    expect(watch.longest).toEqual({ partition: 'b', seconds: 23, fromMs: 7_000 });
  });

  test('goes on until somebody looks again', () => {
    expect(
      watched([
        [0, 5, 9],
        [20, 5, 9],
      ]).longest,
    ).toMatchObject({ seconds: 20 });
  });
});
