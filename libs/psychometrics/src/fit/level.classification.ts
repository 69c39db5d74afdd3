import { AbilityPosterior } from '../estimation/ability.posterior';
import { normalCumulative } from '../numeric/distributions';
import { PsychometricsError } from '../psychometrics.error';

/** The level of a theta: the number of cuts at or below it, as every cut is closed below. */
export function levelOf(theta: number, cuts: readonly number[]): number {
  requireCuts(cuts);
  return cuts.filter((cut) => theta >= cut).length;
}

/**
 * Probability of every level 0..cuts for an estimate with a normal error: the index of Rudner (2001), for ML and WLE.
 *
 * @param standardError in the units of theta, > 0
 * @returns one probability per level, summing to 1
 * @throws PsychometricsError `options.invalid` for unordered cuts or a standard error that is not above 0
 */
export function levelProbabilities(theta: number, standardError: number, cuts: readonly number[]): number[] {
  requireCuts(cuts);
  if (!(Number.isFinite(theta) && standardError > 0)) {
    throw new PsychometricsError('options.invalid', 'a level needs a finite theta and a standard error above 0');
  }
  const atLeast = [Infinity, ...cuts.map((cut) => (theta - cut) / standardError), -Infinity];
  return atLeast.slice(1).map((lower, level) => between(lower, atLeast[level]!));
}

/** P(lower < Z < upper), formed in the tail that keeps its digits. */
function between(lower: number, upper: number): number {
  return lower > 0 ? tail(lower) - tail(upper) : cumulative(upper) - cumulative(lower);
}

function cumulative(z: number): number {
  if (z === Infinity) return 1;
  return z === -Infinity ? 0 : normalCumulative(z);
}

function tail(z: number): number {
  return cumulative(-z);
}

/** Probability of every level under a posterior, for EAP: the posterior's mass between the cuts. */
export function levelProbabilitiesOfPosterior(posterior: AbilityPosterior, cuts: readonly number[]): number[] {
  requireCuts(cuts);
  const below = [0, ...cuts.map((cut) => posterior.massBelow(cut)), 1];
  return below.slice(1).map((mass, level) => Math.max(0, mass - below[level]!));
}

function requireCuts(cuts: readonly number[]): void {
  const ordered = cuts.every((cut, index) => Number.isFinite(cut) && (index === 0 || cut > cuts[index - 1]!));
  if (!ordered || cuts.length === 0)
    throw new PsychometricsError('options.invalid', 'the cuts must be finite and strictly increasing');
}
