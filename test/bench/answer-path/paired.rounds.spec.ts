import { type Contestant, pairedRounds, sharesOf, spreadOf } from './paired.rounds';

describe('paired rounds', () => {
  test('the median of an even number of rounds lies between the two in the middle', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, least: 1, most: 5 });
  });

  test('a program that needs twice the CPU has half the speed', () => {
    expect(sharesOf([{ ours: 200, bare: 100 }])).toEqual([0.5]);
  });

  test('each is first in every other round', async () => {
    const order: string[] = [];
    const contestant = (name: string): Contestant => ({
      name,
      pid: process.pid,
      work: async (_rate, seconds) => {
        if (seconds === 1) order.push(name);
        return 10;
      },
    });
    await pairedRounds(contestant('a'), contestant('b'), { rounds: 2, seconds: 1, perSecond: 1 }, () => undefined);
    expect(order).toEqual(['a', 'b', 'b', 'a']);
  });
});
