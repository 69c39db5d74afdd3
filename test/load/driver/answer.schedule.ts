import type { Random } from './seeded.random';

/** So many answers a second, of all candidates together, for so long. */
export interface RateStep {
  readonly durationMs: number;
  readonly perSecond: number;
}

/** The offered rate over the time of a run. It knows nothing of the server: an open loop. */
export class RateProfile {
  constructor(readonly steps: readonly RateStep[]) {}

  get durationMs(): number {
    return this.steps.reduce((sum, step) => sum + step.durationMs, 0);
  }

  /** Answers that all candidates together give in the whole run. */
  get answers(): number {
    return this.steps.reduce((sum, step) => sum + answersOf(step), 0);
  }

  /** When the run has offered so many answers; null if it never does. */
  timeOf(answers: number): number | null {
    let left = answers;
    let atMs = 0;
    for (const step of this.steps) {
      if (left < answersOf(step)) return atMs + (left / step.perSecond) * 1_000;
      left -= answersOf(step);
      atMs += step.durationMs;
    }
    return null;
  }
}

function answersOf({ durationMs, perSecond }: RateStep): number {
  return (durationMs / 1_000) * perSecond;
}

/** One rate throughout, with one minute of another in the middle. */
export function profileOf(rate: { minutes: number; perSecond: number; peakPerSecond: number | null }): RateProfile {
  const wholeMs = rate.minutes * 60_000;
  if (rate.peakPerSecond === null) return new RateProfile([{ durationMs: wholeMs, perSecond: rate.perSecond }]);
  const peakMs = Math.min(60_000, wholeMs / 3);
  const side = { durationMs: (wholeMs - peakMs) / 2, perSecond: rate.perSecond };
  return new RateProfile([side, { durationMs: peakMs, perSecond: rate.peakPerSecond }, side]);
}

/** One rate after the other, each for the same time. */
export function inEqualParts(rates: readonly number[], minutes: number): RateProfile {
  return new RateProfile(rates.map((perSecond) => ({ durationMs: (minutes * 60_000) / rates.length, perSecond })));
}

export interface ScheduledAnswer {
  /** Index among the candidates of this process. */
  readonly candidate: number;
  /** After the begin of the run. */
  readonly atMs: number;
}

/**
 * When each of the candidates of one process answers: every candidate at a phase of its own, once in each round in which
 * all candidates of the run answer once. Chance decides the phases, so the arrivals of all look like those of strangers.
 * @param population candidates of the whole run, of all processes
 */
export function* answerSchedule(
  profile: RateProfile,
  population: number,
  candidates: number,
  random: Random,
): Generator<ScheduledAnswer> {
  const phases = Array.from({ length: candidates }, (_, candidate) => ({ candidate, phase: random() }));
  phases.sort((a, b) => a.phase - b.phase);
  for (let round = 0; candidates > 0; round++) {
    for (const { candidate, phase } of phases) {
      const atMs = profile.timeOf((round + phase) * population);
      if (atMs === null) return;
      yield { candidate, atMs };
    }
  }
}

/** Each of a number of candidates once, evenly over a time. */
export function* onceEach(candidates: number, overMs: number): Generator<ScheduledAnswer> {
  for (let candidate = 0; candidate < candidates; candidate++) {
    yield { candidate, atMs: (candidate / candidates) * overMs };
  }
}
