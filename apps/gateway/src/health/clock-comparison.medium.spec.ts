import { freshDatabase } from '@app/testing';
import { systemRuntime } from '@app/messaging';
import { ClockComparison, postgresClock } from './clock-comparison';

describe('the clock of a real database', () => {
  test('is read as milliseconds since 1970', async () => {
    const database = await freshDatabase();
    try {
      const readClock = postgresClock(database.url);
      expect(Math.abs((await readClock()) - Date.now())).toBeLessThan(60_000);
      await expect(new ClockComparison(readClock, systemRuntime).assertClose()).resolves.toBeUndefined();
    } finally {
      await database.drop();
    }
  });

  test('cannot be read where no database answers', async () => {
    await expect(postgresClock('postgres://nobody@127.0.0.1:1/none')()).rejects.toThrow('ECONNREFUSED');
  });
});
