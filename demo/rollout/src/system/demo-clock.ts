import { type Runtime, systemRuntime } from '@app/messaging';
import { SeededRandom } from '../../../src/cast/seeded-random';

/** The one clock of services and generator. It stands still until somebody moves it, and never goes back. */
export class DemoClock {
  constructor(private ms: number) {}

  get nowMs(): number {
    return this.ms;
  }

  moveTo(ms: number): void {
    if (ms < this.ms) throw new RangeError('the clock does not go back');
    this.ms = ms;
  }

  /** For services: this clock, chance from a seed, and timers of the machine, which decide nothing. */
  runtime(seed: number): Runtime {
    const random = new SeededRandom(seed);
    return { ...systemRuntime, nowMs: () => this.ms, random: () => random.next() };
  }
}
