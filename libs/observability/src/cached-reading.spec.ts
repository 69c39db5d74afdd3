import { CachedReading } from './cached-reading';

describe('a figure that costs a query', () => {
  test('is read once for everybody who asks within five seconds', async () => {
    let nowMs = 0;
    let reads = 0;
    const reading = new CachedReading(
      async () => ++reads,
      () => nowMs,
    );
    expect(await Promise.all([reading.current(), reading.current()])).toEqual([1, 1]);
    nowMs = 4_999;
    expect(await reading.current()).toBe(1);
    nowMs = 5_000;
    expect(await reading.current()).toBe(2);
  });

  test('is absent while it cannot be read, and back when it can', async () => {
    let nowMs = 0;
    let isDown = true;
    const read = async () => {
      if (isDown) throw new Error('no connection');
      return 7;
    };
    const reading = new CachedReading(read, () => nowMs);
    expect(await reading.current()).toBeNull();
    isDown = false;
    nowMs = 5_000;
    expect(await reading.current()).toBe(7);
  });

  test('is absent where the answer does not come in time', async () => {
    jest.useFakeTimers();
    const asked = new CachedReading(() => new Promise(() => undefined)).current();
    await jest.advanceTimersByTimeAsync(2_000);
    jest.useRealTimers();
    expect(await asked).toBeNull();
  });
});
