import type { Problem } from '@app/contracts';

/** A part that has not answered by then is down for the load balancer, whatever it says later. */
export const HEALTH_CHECK_TIMEOUT_MS = 2_000;

export interface HealthCheck {
  /** `<service>.<part>`, so that four services can stand in one process. */
  readonly name: string;
  /** Resolves where the part works, rejects where it does not. */
  readonly check: () => Promise<unknown>;
  readonly timeoutMs?: number;
}

/** Whether the process should get requests: every part that a service registered here answers in time. */
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();
  private stopping = false;

  register(check: HealthCheck): void {
    if (this.checks.has(check.name)) throw new RangeError(`a health check ${check.name} is registered already`);
    this.checks.set(check.name, check);
  }

  /** First step of a shutdown: load balancers see it before the process stops accepting. */
  stopAccepting(): void {
    this.stopping = true;
  }

  get isStopping(): boolean {
    return this.stopping;
  }

  get names(): string[] {
    return [...this.checks.keys()];
  }

  /** What is not ready; nothing where all is well. */
  async problems(): Promise<Problem[]> {
    if (this.stopping) return [{ at: 'process', message: 'is stopping' }];
    const found = await Promise.all([...this.checks.values()].map(problemOf));
    return found.filter((problem) => problem !== null);
  }
}

async function problemOf({ name, check, timeoutMs = HEALTH_CHECK_TIMEOUT_MS }: HealthCheck): Promise<Problem | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Problem>((resolve) => {
    timer = setTimeout(() => resolve({ at: name, message: `did not answer within ${timeoutMs} ms` }), timeoutMs);
  });
  // What exactly went wrong may name hosts and accounts; it is for the log, not for whoever asks.
  const asked = Promise.resolve()
    .then(() => check())
    .then(
      () => null,
      () => ({ at: name, message: 'does not work' }),
    );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
