import { HealthRegistry } from './health.registry';

describe('health', () => {
  test('a part that fails and one that does not answer in time are both named', async () => {
    const health = new HealthRegistry();
    health.register({ name: 'scheduler.database', check: () => Promise.reject(new Error('secret host')) });
    health.register({ name: 'scheduler.log', check: () => new Promise(() => {}), timeoutMs: 5 });
    health.register({ name: 'scheduler.clock', check: () => Promise.resolve() });
    expect(await health.problems()).toEqual([
      { at: 'scheduler.database', message: 'does not work' },
      { at: 'scheduler.log', message: 'did not answer within 5 ms' },
    ]);
  });

  test('two parts cannot have one name', () => {
    const health = new HealthRegistry();
    health.register({ name: 'database', check: () => Promise.resolve() });
    expect(() => health.register({ name: 'database', check: () => Promise.resolve() })).toThrow(RangeError);
  });
});
