import { Redis } from 'ioredis';
import { requirePart } from '../parts/required-part';
import { findRedis, type LocalRedis, localRedis } from './local-redis';

const describeWithRedis = requirePart('Redis', () => findRedis({ harmed: true }));

describeWithRedis('a local Redis', () => {
  let server: LocalRedis;

  beforeAll(async () => {
    server = await localRedis({ harmed: true });
  });

  afterAll(() => server.stop());

  test('answers, and is empty again after it was killed and restarted', async () => {
    const before = new Redis(server.url);
    await before.set('key', 'value');
    expect(await before.get('key')).toBe('value');
    before.disconnect();
    await server.kill();
    await server.restart();
    const after = new Redis(server.url);
    expect(await after.get('key')).toBeNull();
    after.disconnect();
  });
});
