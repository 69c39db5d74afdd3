import { Logger } from '@nestjs/common';
import { tableOf } from '../faults/checker/findings';
import type { FaultName } from './seeded.faults';
import { type Mode, modeOf, simulate } from './simulation';

/** Every `step`th seed from `first` to `last`. */
export interface SeedRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** Null: the seed says. */
  readonly mode: Mode | null;
}

export interface SeedResult {
  readonly seed: number;
  readonly mode: Mode;
  readonly events: number;
  readonly faults: readonly (readonly [FaultName, number])[];
  /** What a person has to see; null where all is well. */
  readonly failure: string | null;
}

async function run({ first, last, step, mode }: SeedRange): Promise<void> {
  Logger.overrideLogger(false);
  for (let seed = first; seed <= last; seed += step) {
    const { events, faults, broken, stuck, mode: used } = await simulate(seed, mode ?? modeOf(seed));
    const parts = [...(stuck ? [`${used}: ${stuck}`] : []), ...(broken.length > 0 ? [tableOf(broken)] : [])];
    const result: SeedResult = { seed, mode: used, events, faults: [...faults], failure: parts.join('\n') || null };
    await new Promise((sent) => process.send!(result, sent));
  }
  process.disconnect();
}

process.once('message', (range: SeedRange) => void run(range));
