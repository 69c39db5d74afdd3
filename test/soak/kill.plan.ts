import { seededRandom } from '../load/driver/seeded.random';
import type { PlannedFault } from '../load/platform/planned-fault';

/** Parts of the platform; those with several processes lose each of them in turn. */
const PROCESSES: Readonly<Record<string, readonly string[]>> = {
  gateway: ['gateway', 'gateway-2'],
  assessment: ['assessment', 'assessment-2'],
  scoring: ['scoring'],
  scheduler: ['scheduler'],
  postgres: ['postgres'],
  redis: ['redis'],
};
const BROKERS = ['broker-1', 'broker-2', 'broker-3'];

export const KILLS_PER_COMPONENT = 3;
export const KILLS_MIN = 20;
/** Of each component one more than is needed: a kill that meets no request in flight does not count. */
const PLANNED_PER_COMPONENT = KILLS_PER_COMPONENT + 1;
const DOWN_SECONDS = { least: 1, most: 8 } as const;

/** Every component so often, in an order and for times that the seed decides. */
export function killsOf(log: 'postgres' | 'kafka', seed: number): PlannedFault[] {
  const random = seededRandom(seed);
  const components = Object.entries({ ...PROCESSES, ...(log === 'kafka' ? { broker: BROKERS } : {}) });
  const victims = components.flatMap(([, processes]) => inTurn(processes, PLANNED_PER_COMPONENT));
  return shuffled(victims, random).map((component) => ({
    action: 'kill',
    component,
    atSeconds: 0,
    forSeconds: DOWN_SECONDS.least + random() * (DOWN_SECONDS.most - DOWN_SECONDS.least),
  }));
}

/** `gateway-2` is a gateway, `broker-3` a broker. */
export function componentOf(process: string): string {
  return process.split('-')[0]!;
}

function inTurn(processes: readonly string[], times: number): string[] {
  return Array.from({ length: times }, (_, nth) => processes[nth % processes.length]!);
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const left = [...values];
  return values.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
}
