import { KILLS_MIN, KILLS_PER_COMPONENT, componentOf, killsOf } from './kill.plan';

describe.each(['postgres', 'kafka'] as const)('the kills of a soak on %s', (log) => {
  const kills = killsOf(log, 7);

  test('strike every component often enough, and enough in all', () => {
    const times = new Map<string, number>();
    for (const { component } of kills) times.set(componentOf(component), (times.get(componentOf(component)) ?? 0) + 1);
    expect([...times.values()].filter((count) => count < KILLS_PER_COMPONENT)).toEqual([]);
    expect(times.has('broker')).toBe(log === 'kafka');
    expect(kills.length).toBeGreaterThanOrEqual(KILLS_MIN);
  });

  test('strike every process of a component that has several', () => {
    const processes = new Set(kills.map(({ component }) => component));
    const brokers = log === 'kafka' ? ['broker-1', 'broker-2', 'broker-3'] : [];
    for (const name of ['gateway', 'gateway-2', 'assessment', 'assessment-2', ...brokers]) {
      expect(processes.has(name)).toBe(true);
    }
  });

  test('follow from the seed', () => {
    expect(killsOf(log, 7)).toEqual(kills);
    expect(killsOf(log, 8)).not.toEqual(kills);
  });
});
