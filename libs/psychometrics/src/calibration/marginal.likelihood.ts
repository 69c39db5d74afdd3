import type { Quadrature } from '../numeric/quadrature';
import type { ItemCurve } from './item.curve';
import { type LatentDistribution, latentQuadrature } from './latent.distribution';
import type { ResponsePatterns } from './response.patterns';

/** Posterior weights below this share of their pattern's highest are left out of the sums: 1e-16 per node. */
const NEGLIGIBLE_LOG_WEIGHT = -37;

/** What the E step knows: the marginal log-likelihood and the expected numbers of people per item, category and node. */
export interface Expectation {
  readonly quadrature: Quadrature;
  readonly logLikelihood: number;
  /** Per item `[category * nodes + node]`. */
  readonly categoryCounts: readonly Float64Array[];
  /** Expected number of people at each node. */
  readonly nodeCounts: Float64Array;
}

/** The model that is being fitted. */
export interface CalibrationModel {
  readonly curves: readonly ItemCurve[];
  readonly latent: LatentDistribution;
  /** Standard normal grid before it is moved to the latent distribution. */
  readonly standard: Quadrature;
  readonly patterns: ResponsePatterns;
}

/** ln P of every item, category and node: per item `[category * nodes + node]`. */
export function logProbabilityTables(curves: readonly ItemCurve[], nodes: Float64Array): Float64Array[] {
  return curves.map((curve) => {
    const table = new Float64Array(curve.categories * nodes.length);
    const values = new Float64Array(curve.categories);
    nodes.forEach((theta, node) => {
      curve.logProbabilities(theta, values);
      for (let category = 0; category < curve.categories; category++) {
        table[category * nodes.length + node] = values[category]!;
      }
    });
    return table;
  });
}

/** One pattern's posterior over the nodes; `first` to `last` (exclusive) holds everything that matters. */
export interface PatternPosterior {
  readonly weights: Float64Array;
  first: number;
  last: number;
  logLikelihood: number;
}

/** Fills the posterior of one pattern, normalised to sum 1. */
export function fillPatternPosterior(
  patterns: ResponsePatterns,
  pattern: number,
  tables: readonly Float64Array[],
  logWeights: Float64Array,
  into: PatternPosterior,
): void {
  const weights = into.weights;
  const nodes = weights.length;
  weights.set(logWeights);
  const offset = pattern * patterns.items;
  for (let item = 0; item < patterns.items; item++) {
    const score = patterns.scores[offset + item]!;
    if (score < 0) continue;
    const table = tables[item]!;
    const start = score * nodes;
    for (let node = 0; node < nodes; node++) weights[node]! += table[start + node]!;
  }
  normalise(into);
}

function normalise(posterior: PatternPosterior): void {
  const weights = posterior.weights;
  let highest = -Infinity;
  for (const weight of weights) if (weight > highest) highest = weight;
  let first = 0;
  let last = weights.length;
  while (weights[first]! - highest < NEGLIGIBLE_LOG_WEIGHT) first++;
  while (weights[last - 1]! - highest < NEGLIGIBLE_LOG_WEIGHT) last--;
  let total = 0;
  for (let node = first; node < last; node++) {
    weights[node] = Math.exp(weights[node]! - highest);
    total += weights[node]!;
  }
  for (let node = first; node < last; node++) weights[node]! /= total;
  posterior.first = first;
  posterior.last = last;
  posterior.logLikelihood = highest + Math.log(total);
}

/** The E step of Bock & Aitkin (1981), over distinct patterns and only the items that each answered. */
export function expectation(model: CalibrationModel): Expectation {
  const { curves, patterns } = model;
  const quadrature = latentQuadrature(model.latent, model.standard);
  const nodes = quadrature.nodes.length;
  const tables = logProbabilityTables(curves, quadrature.nodes);
  const logWeights = quadrature.weights.map(Math.log);
  const categoryCounts = curves.map((curve) => new Float64Array(curve.categories * nodes));
  const nodeCounts = new Float64Array(nodes);
  const posterior: PatternPosterior = { weights: new Float64Array(nodes), first: 0, last: nodes, logLikelihood: 0 };
  let logLikelihood = 0;
  for (let pattern = 0; pattern < patterns.patterns; pattern++) {
    fillPatternPosterior(patterns, pattern, tables, logWeights, posterior);
    const frequency = patterns.frequencies[pattern]!;
    logLikelihood += frequency * posterior.logLikelihood;
    addCounts(patterns, pattern, frequency, posterior, categoryCounts, nodeCounts);
  }
  return { quadrature, logLikelihood, categoryCounts, nodeCounts };
}

function addCounts(
  patterns: ResponsePatterns,
  pattern: number,
  frequency: number,
  posterior: PatternPosterior,
  categoryCounts: readonly Float64Array[],
  nodeCounts: Float64Array,
): void {
  const { weights, first, last } = posterior;
  for (let node = first; node < last; node++) {
    weights[node]! *= frequency;
    nodeCounts[node]! += weights[node]!;
  }
  const offset = pattern * patterns.items;
  for (let item = 0; item < patterns.items; item++) {
    const score = patterns.scores[offset + item]!;
    if (score < 0) continue;
    const counts = categoryCounts[item]!;
    const start = score * nodeCounts.length;
    for (let node = first; node < last; node++) counts[start + node]! += weights[node]!;
  }
}
