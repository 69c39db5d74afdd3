import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessName } from '@app/testing';
import { nowMs, rounded } from '../driver/clock';
import type { FaultLine } from '../history/history.format';
import type { LoadPlatform } from './load.platform';
import { type PlannedFault, nameOfFault } from './planned-fault';

/** How a part of the platform is harmed and mended. */
interface Harm {
  inject(): Promise<void>;
  heal(): Promise<void>;
}

/** Does what is planned to the platform while candidates answer. */
export class FaultInjector {
  constructor(
    private readonly platform: LoadPlatform,
    private readonly note: (line: FaultLine) => void,
  ) {}

  /** Resolves when every fault has been injected and healed. */
  async follow(faults: readonly PlannedFault[], fromMs: number): Promise<void> {
    await Promise.all(
      faults.map(async (fault) => {
        const harm = this.harmOf(fault);
        await sleep(fromMs + fault.atSeconds * 1_000 - nowMs());
        await this.step(fault, 'inject', () => harm.inject());
        await sleep(fault.forSeconds * 1_000);
        await this.step(fault, 'heal', () => harm.heal());
      }),
    );
  }

  private async step(fault: PlannedFault, step: 'inject' | 'heal', act: () => Promise<void>): Promise<void> {
    // A fault begins before the first consequence, and is healed after the last.
    if (step === 'inject') this.note({ phase: 'fault', atMs: rounded(nowMs()), name: nameOfFault(fault), step });
    await act();
    if (step === 'heal') this.note({ phase: 'fault', atMs: rounded(nowMs()), name: nameOfFault(fault), step });
  }

  private harmOf({ action, component }: PlannedFault): Harm {
    if (component === 'postgres') return this.harmOfPostgres(action);
    if (component === 'redis') return this.harmOfRedis(action);
    if (component.startsWith('broker-')) return this.harmOfBroker(action, Number(component.split('-')[1]));
    return this.harmOfService(action, component as ProcessName);
  }

  private harmOfService(action: PlannedFault['action'], name: ProcessName): Harm {
    const { processes } = this.platform;
    if (action === 'freeze') return freezing((signal) => processes.signal(name, signal));
    const inject = () => (action === 'kill' ? processes.kill(name) : processes.stop(name));
    return { inject, heal: () => processes.start(name) };
  }

  private harmOfPostgres(action: PlannedFault['action']): Harm {
    const { platform } = this;
    if (action === 'freeze') return freezing((signal) => process.kill(platform.postgres.pid, signal));
    const inject = () => (action === 'kill' ? platform.killPostgres() : platform.postgres.stop());
    return { inject, heal: () => platform.startPostgres() };
  }

  private harmOfRedis(action: PlannedFault['action']): Harm {
    const { redis } = this.platform;
    if (action === 'freeze') return { inject: async () => redis.freeze(), heal: async () => redis.unfreeze() };
    return { inject: () => redis.kill(), heal: () => redis.restart() };
  }

  private harmOfBroker(action: PlannedFault['action'], broker: number): Harm {
    const { kafka } = this.platform;
    if (!kafka) throw new Error('there are no brokers where the log stands in PostgreSQL');
    if (action === 'freeze') return { inject: () => kafka.freeze(broker), heal: () => kafka.unfreeze(broker) };
    return { inject: () => kafka.kill(broker), heal: () => kafka.restart(broker) };
  }
}

function freezing(signal: (name: NodeJS.Signals) => void): Harm {
  return { inject: async () => signal('SIGSTOP'), heal: async () => signal('SIGCONT') };
}
