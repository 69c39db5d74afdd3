import { Logger } from '@nestjs/common';
import type { TopicSpec } from '@app/contracts';
import type { PartitionProgress } from '../log/event-log';
import { MemoryEventLog } from '../memory/memory-event-log';
import { VirtualRuntime } from '../memory/virtual-runtime';
import { ProgressWatchdog, WATCHDOG_LIMITS } from './progress-watchdog';

const TOPIC: TopicSpec = { name: 'petabakat.tests.v1', partitions: 1, retentionMs: -1, key: 'any' };
const LONG_ENOUGH_MS = WATCHDOG_LIMITS.silenceMaxMs + 2 * WATCHDOG_LIMITS.lookEveryMs;

async function watch(state: PartitionProgress['state'], lastActiveAtMs: () => number | null = () => null) {
  const runtime = new VirtualRuntime();
  const log = new MemoryEventLog({ runtime });
  await log.createTopics([TOPIC]);
  const progress = { topic: TOPIC.name, partition: 0, nextOffset: 0, endOffset: 0, lastAdvancedAtMs: 0, state };
  const silent: PartitionProgress[] = [];
  const watchdog = new ProgressWatchdog({
    log,
    runtime,
    progress: () => [progress],
    lastActiveAtMs,
    onSilence: (partition) => silent.push(partition),
  });
  watchdog.start();
  const append = () => log.append(TOPIC.name, [{ key: 'a', value: 'one' }]);
  return { runtime, log, progress, silent, watchdog, append };
}

// The warnings are what these tests provoke.
beforeAll(() => Logger.overrideLogger(false));

describe('ProgressWatchdog', () => {
  test('a partition with records waiting that says nothing for 30 s is reported once', async () => {
    const { runtime, silent, append } = await watch('running');
    await append();
    await runtime.advance(WATCHDOG_LIMITS.silenceMaxMs - 1);
    expect(silent).toEqual([]);
    await runtime.advance(LONG_ENOUGH_MS);
    expect(silent).toHaveLength(1);
  });

  test('a partition that was idle for hours is given its 30 s when a record arrives', async () => {
    const { runtime, silent, append } = await watch('running');
    await runtime.advance(3_600_000);
    await append();
    await runtime.advance(WATCHDOG_LIMITS.silenceMaxMs - 1);
    expect(silent).toEqual([]);
  });

  test.each(['retrying', 'gap'] as const)('a partition in state %s is not silent', async (state) => {
    const { runtime, silent, append } = await watch(state);
    await append();
    await runtime.advance(LONG_ENOUGH_MS);
    expect(silent).toEqual([]);
  });

  test('a worker that gets to an error now and then is not silent', async () => {
    const runtimeOf: { current?: VirtualRuntime } = {};
    const { runtime, silent, append } = await watch('running', () => runtimeOf.current!.monotonicMs() - 1_000);
    runtimeOf.current = runtime;
    await append();
    await runtime.advance(10 * LONG_ENOUGH_MS);
    expect(silent).toEqual([]);
  });

  test('a partition that moves is not silent', async () => {
    const { runtime, progress, silent, append } = await watch('running');
    for (let round = 0; round < 20; round++) {
      await append();
      await runtime.advance(WATCHDOG_LIMITS.lookEveryMs * 4);
      progress.nextOffset++;
    }
    expect(silent).toEqual([]);
  });

  test('a log that cannot be asked is no reason for a restart, and is asked again', async () => {
    const { runtime, log, silent, append } = await watch('running');
    await append();
    const ranges = jest.spyOn(log, 'ranges').mockRejectedValue(new Error('no broker'));
    await runtime.advance(LONG_ENOUGH_MS);
    expect(silent).toEqual([]);
    ranges.mockRestore();
    await runtime.advance(LONG_ENOUGH_MS);
    expect(silent).toHaveLength(1);
  });

  test('stopped, it looks no more', async () => {
    const { runtime, silent, watchdog, append } = await watch('running');
    await append();
    watchdog.stop();
    await runtime.advance(LONG_ENOUGH_MS);
    expect(silent).toEqual([]);
  });
});
