export type FaultAction = 'kill' | 'stop' | 'freeze';

/** What is done to a part of the platform, when, and for how long. */
export interface PlannedFault {
  readonly action: FaultAction;
  /** A process of the services, `postgres`, `redis` or `broker-n`. */
  readonly component: string;
  /** After the first answer. */
  readonly atSeconds: number;
  readonly forSeconds: number;
}

const FAULT = /^(kill|stop|freeze):([a-z]+(?:-\d+)?)@(\d+(?:\.\d+)?)\+(\d+(?:\.\d+)?)$/;

/** @throws Error naming the part that cannot be read */
export function readFaults(text: string): PlannedFault[] {
  return text
    .split(',')
    .filter(Boolean)
    .map((part) => {
      const [, action, component, at, seconds] = FAULT.exec(part.trim()) ?? [];
      if (!action || !component) throw new Error(`${part} is not of the form kill:gateway-2@20+5`);
      return { action: action as FaultAction, component, atSeconds: Number(at), forSeconds: Number(seconds) };
    });
}

export function nameOfFault({ action, component }: PlannedFault): string {
  return `${action} ${component}`;
}
