import type { PartitionRange } from '../log/event-log';
import { RangeLookups } from './range.lookups';

type Ranges = Map<number, PartitionRange>;

function controlled() {
  const started: { topic: string; finish(endOffset: number): void; fail(error: Error): void }[] = [];
  const lookups = new RangeLookups(
    (topic) =>
      new Promise<Ranges>((resolve, reject) => {
        started.push({
          topic,
          finish: (endOffset) => resolve(new Map([[0, { startOffset: 0, endOffset }]])),
          fail: reject,
        });
      }),
  );
  return { lookups, started };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('RangeLookups', () => {
  test('who asks during a look-up shares the next one, not the one that began before', async () => {
    const { lookups, started } = controlled();
    const first = lookups.ranges('topic');
    const second = lookups.ranges('topic');
    const third = lookups.ranges('topic');
    expect(started).toHaveLength(1);
    started[0]!.finish(1);
    await first;
    await settled();
    expect(started).toHaveLength(2);
    started[1]!.finish(2);
    expect((await second).get(0)!.endOffset).toBe(2);
    expect(await third).toBe(await second);
  });

  test('a look-up that fails does not fail the next one', async () => {
    const { lookups, started } = controlled();
    const first = lookups.ranges('topic');
    const second = lookups.ranges('topic');
    started[0]!.fail(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await settled();
    started[1]!.finish(5);
    expect((await second).get(0)!.endOffset).toBe(5);
  });

  test('topics do not wait for each other', () => {
    const { lookups, started } = controlled();
    void lookups.ranges('one');
    void lookups.ranges('two');
    expect(started.map(({ topic }) => topic)).toEqual(['one', 'two']);
  });
});
