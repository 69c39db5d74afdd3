import { choleskyFactor, choleskySolve } from '../numeric/linear-algebra';
import type { ItemCurve } from './item.curve';
import { type ItemPriors, priorTerm } from './item.prior';
import type { LatentDistribution } from './latent.distribution';
import type { Expectation } from './marginal.likelihood';

/** Steps per item and cycle: the E step moves the target anyway, so more would be spent on an outdated one. */
const STEPS_MAX = 4;
/** A millionth of a scoring step: what still goes downhill there is rounding. */
const HALVINGS_MAX = 20;
/** Keeps a step's system solvable where an item's data say nothing of a parameter. */
const RIDGE = 1e-9;
/** Longest single move of an internal parameter; a longer one comes from a nearly flat likelihood. */
const MOVE_MAX = 2;

/**
 * M step of one item: Fisher scoring with step halving on sum r_kq ln P_k(X_q) + ln prior. The expected information is
 * used because it is positive definite wherever the item is, which the observed one of 3PL and GRM is not.
 */
export function maximizeItem(curve: ItemCurve, counts: Float64Array, nodes: Float64Array, priors: ItemPriors): void {
  if (curve.size === 0) return;
  let height = objective(curve, counts, nodes, priors);
  for (let step = 0; step < STEPS_MAX; step++) {
    const move = scoringMove(curve, counts, nodes, priors);
    if (move === null) return;
    const before = curve.parameters.slice();
    let share = Math.min(1, MOVE_MAX / Math.max(...move.map(Math.abs)));
    let improved = false;
    for (let halving = 0; halving < HALVINGS_MAX && !improved; halving++, share /= 2) {
      for (let j = 0; j < curve.size; j++) curve.parameters[j] = before[j]! + share * move[j]!;
      curve.confine();
      const next = curve.isValid() ? objective(curve, counts, nodes, priors) : -Infinity;
      improved = next >= height;
      if (improved) height = next;
    }
    if (!improved) return curve.parameters.set(before);
  }
}

function objective(curve: ItemCurve, counts: Float64Array, nodes: Float64Array, priors: ItemPriors): number {
  const values = new Float64Array(curve.categories);
  let sum = priorTerm(curve, priors).logDensity;
  nodes.forEach((theta, node) => {
    curve.logProbabilities(theta, values);
    for (let category = 0; category < curve.categories; category++) {
      const count = counts[category * nodes.length + node]!;
      if (count > 0) sum += count * values[category]!;
    }
  });
  return sum;
}

function scoringMove(
  curve: ItemCurve,
  counts: Float64Array,
  nodes: Float64Array,
  priors: ItemPriors,
): Float64Array | null {
  const size = curve.size;
  const prior = priorTerm(curve, priors);
  const gradient = prior.gradient;
  const information = prior.hessian.map((value) => -value);
  const gradients = new Float64Array(curve.categories * size);
  const hessians = new Float64Array(curve.categories * size * size);
  const values = new Float64Array(curve.categories);
  nodes.forEach((theta, node) => {
    let people = 0;
    for (let category = 0; category < curve.categories; category++) people += counts[category * nodes.length + node]!;
    if (people === 0) return;
    curve.logProbabilities(theta, values);
    curve.derivatives(theta, gradients, hessians);
    for (let category = 0; category < curve.categories; category++) {
      const count = counts[category * nodes.length + node]!;
      const expected = people * Math.exp(values[category]!);
      for (let j = 0; j < size; j++) {
        const byJ = gradients[category * size + j]!;
        gradient[j]! += count * byJ;
        for (let l = 0; l <= j; l++) information[j * size + l]! += expected * byJ * gradients[category * size + l]!;
      }
    }
  });
  for (let j = 0; j < size; j++) information[j * size + j]! *= 1 + RIDGE;
  const factor = choleskyFactor(information, size);
  if (factor === null) return null;
  const move = choleskySolve(factor, size, gradient);
  if (curve.isAtLimit() && move[size - 1]! < 0) move[size - 1] = 0;
  return move;
}

/** M step of the latent distribution: moments of the expected numbers of people per node. */
export function maximizeLatent(latent: LatentDistribution, expected: Expectation): void {
  const nodes = expected.quadrature.nodes;
  const people = expected.nodeCounts.reduce((sum, count) => sum + count, 0);
  if (latent.meanIsFree) {
    latent.mean = expected.nodeCounts.reduce((sum, count, node) => sum + count * nodes[node]!, 0) / people;
  }
  if (latent.sdIsFree) {
    const squares = expected.nodeCounts.reduce(
      (sum, count, node) => sum + count * (nodes[node]! - latent.mean) ** 2,
      0,
    );
    latent.sd = Math.sqrt(squares / people);
  }
}
