import { murmur2, partitionOf } from './partitioner';

describe('partitioner', () => {
  // Expected values of Apache Kafka's own UtilsTest.testMurmur2 (signed 32-bit there).
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])('murmur2 of %s is what the Java client computes', (text, expected) => {
    expect(murmur2(Buffer.from(text)) | 0).toBe(expected);
  });

  test('a key always falls into one of the partitions', () => {
    for (let i = 0; i < 1000; i++) {
      const partition = partitionOf(`attempt-${i}`, 24);
      expect(partition).toBeGreaterThanOrEqual(0);
      expect(partition).toBeLessThan(24);
    }
  });
});
