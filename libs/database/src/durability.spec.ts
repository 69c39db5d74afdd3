import { assertDurable } from './durability';

const SAFE = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };

const serverWith = (settings: Record<string, string>) => ({
  query: () => Promise.resolve(Object.entries(settings).map(([name, setting]) => ({ name, setting }))),
});

describe('durable settings', () => {
  test.each(['on', 'remote_write', 'remote_apply'])('synchronous_commit %s passes', async (synchronous_commit) => {
    await expect(assertDurable(serverWith({ ...SAFE, synchronous_commit }))).resolves.toBeUndefined();
  });

  test.each([
    ['fsync', 'off'],
    ['full_page_writes', 'off'],
    ['synchronous_commit', 'off'],
    ['synchronous_commit', 'local'],
  ])('%s %s is refused, by name', async (name, value) => {
    await expect(assertDurable(serverWith({ ...SAFE, [name]: value }))).rejects.toMatchObject({
      code: 'log.unsafe-setting',
      options: { problems: [{ at: name, message: `is ${value}` }] },
    });
  });
});
