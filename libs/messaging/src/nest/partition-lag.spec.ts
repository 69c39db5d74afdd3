import type { PartitionProgress, RecordBatch } from '../log/event-log';
import { PartitionLag } from './partition-lag';

const NOW_MS = 1_000_000;
const MONOTONIC_MS = 50_000;

function progressAt(nextOffset: number, endOffset: number): PartitionProgress {
  return { topic: 't', partition: 0, nextOffset, endOffset, lastAdvancedAtMs: 47_000, state: 'running' };
}

function batchFrom(offset: number, appendedAtMs: number): RecordBatch {
  const records = [{ offset, key: 'k', value: '{}', appendedAtMs }];
  return { topic: 't', partition: 0, records, endOffset: offset + 1, isCurrent: () => true };
}

describe('how long a partition’s records wait', () => {
  test('at the end of the log nothing waits', () => {
    expect(new PartitionLag().secondsOf(progressAt(7, 7), NOW_MS, MONOTONIC_MS)).toBe(0);
  });

  test('a batch in work has waited since the log took its first record', () => {
    const lag = new PartitionLag();
    lag.begin(batchFrom(7, NOW_MS - 90_000));
    expect(lag.secondsOf(progressAt(7, 900), NOW_MS, MONOTONIC_MS)).toBe(90);
  });

  test('after that batch, the next record has waited since it was applied', () => {
    const lag = new PartitionLag();
    lag.begin(batchFrom(7, NOW_MS - 90_000));
    expect(lag.secondsOf(progressAt(8, 900), NOW_MS, MONOTONIC_MS)).toBe(3);
  });

  test('a log whose clock is ahead makes no negative times', () => {
    const lag = new PartitionLag();
    lag.begin(batchFrom(7, NOW_MS + 300));
    expect(lag.secondsOf(progressAt(7, 8), NOW_MS, MONOTONIC_MS)).toBe(0);
  });
});
