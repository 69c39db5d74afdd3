import { Registry, collectDefaultMetrics } from 'prom-client';

/** Token of the process's one metrics registry; metrics are made with `registers: [registry]`. */
export const METRICS = Symbol('metrics registry');

/** A registry with the figures of the process itself: memory, event loop, garbage collection. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
