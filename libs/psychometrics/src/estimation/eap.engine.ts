import { type ItemBank, tabulate } from '../models/item.bank';
import { normalQuadrature, type Quadrature } from '../numeric/quadrature';
import type { AbilityEngine, EstimateSlot } from './ability.engine';
import type { EstimationOptions } from './ability.estimate';
import { AbilityPosterior } from './ability.posterior';
import { PatternSum } from './pattern.sum';

/** Nodes whose posterior is below e^-45 (3e-20) of the highest cannot change a sum of doubles. */
const NEGLIGIBLE_LOG_WEIGHT = -45;

/** Posterior mean and standard deviation on a fixed grid (Bock & Mislevy 1982). */
export class EapEngine implements AbilityEngine {
  readonly quadrature: Quadrature;
  private readonly logPrior: Float64Array;
  private readonly sums: PatternSum;
  private readonly posterior: Float64Array;

  constructor(bank: ItemBank, options: EstimationOptions) {
    const { priorMean: mean, priorSd: sd, nodes, range } = options;
    this.quadrature = normalQuadrature({ mean, sd, nodes, range });
    this.logPrior = this.quadrature.weights.map(Math.log);
    const tables = tabulate(bank.models, this.quadrature.nodes).logProbabilities;
    this.sums = new PatternSum(tables, bank.categories, nodes, options.notReached);
    this.posterior = new Float64Array(nodes);
  }

  estimate(scores: ArrayLike<number>, offset: number, complete: boolean, slot: EstimateSlot): void {
    const nodes = this.quadrature.nodes;
    const total = this.fillPosterior(scores, offset, complete);
    const weights = this.posterior;
    let mean = 0;
    for (let node = 0; node < nodes.length; node++) mean += weights[node]! * nodes[node]!;
    mean /= total;
    let variance = 0;
    for (let node = 0; node < nodes.length; node++) variance += weights[node]! * (nodes[node]! - mean) ** 2;
    slot.theta = mean;
    slot.standardError = Math.sqrt(variance / total);
    slot.atBound = false;
  }

  /** The whole posterior of one pattern, for probabilities of levels. */
  posteriorOf(scores: ArrayLike<number>, offset: number, complete: boolean): AbilityPosterior {
    const logDensity = this.logPrior.slice();
    this.sums.add(scores, offset, complete, logDensity);
    let highest = -Infinity;
    for (let node = 0; node < logDensity.length; node++) {
      if (logDensity[node]! > highest) highest = logDensity[node]!;
    }
    for (let node = 0; node < logDensity.length; node++) logDensity[node]! -= highest;
    return new AbilityPosterior(this.quadrature.nodes, logDensity);
  }

  /** Fills `posterior` up to a factor and returns its sum; the largest log-posterior is subtracted before the exponential. */
  private fillPosterior(scores: ArrayLike<number>, offset: number, complete: boolean): number {
    const posterior = this.posterior;
    posterior.set(this.logPrior);
    this.sums.add(scores, offset, complete, posterior);
    let highest = -Infinity;
    for (let node = 0; node < posterior.length; node++) {
      if (posterior[node]! > highest) highest = posterior[node]!;
    }
    let total = 0;
    for (let node = 0; node < posterior.length; node++) {
      const exponent = posterior[node]! - highest;
      const weight = exponent < NEGLIGIBLE_LOG_WEIGHT ? 0 : Math.exp(exponent);
      posterior[node] = weight;
      total += weight;
    }
    return total;
  }
}
