import type { ItemCurve } from './item.curve';
import { evaluatePrior, type PriorDensity } from './prior.density';

/** Priors on the natural parameters of every free item; a parameter without one is left to the likelihood. */
export interface ItemPriors {
  readonly a?: PriorDensity;
  readonly b?: PriorDensity;
  readonly c?: PriorDensity;
}

export interface PriorTerm {
  logDensity: number;
  /** Gradient in the internal parameters. */
  readonly gradient: Float64Array;
  /** Hessian in the internal parameters, row-major. */
  readonly hessian: Float64Array;
}

/** ln prior of an item with its derivatives, carried from (a, b, c) to the internal parameters by the chain rule. */
export function priorTerm(curve: ItemCurve, priors: ItemPriors): PriorTerm {
  const size = curve.size;
  const term: PriorTerm = { logDensity: 0, gradient: new Float64Array(size), hessian: new Float64Array(size * size) };
  if (size === 0 || (!priors.a && !priors.b && !priors.c)) return term;
  const natural = curve.natural();
  const values = [
    ...(natural.slopeIsFree ? [natural.a] : []),
    ...natural.b,
    ...(natural.c === null ? [] : [natural.c]),
  ];
  values.forEach((value, row) => {
    const kind = kindOfRow(row, natural.slopeIsFree, natural.b.length);
    const prior = priors[kind];
    if (prior === undefined) return;
    const density = evaluatePrior(prior, value);
    term.logDensity += density.logDensity;
    const slopes = natural.jacobian.subarray(row * size, (row + 1) * size);
    for (let j = 0; j < size; j++) {
      term.gradient[j]! += density.first * slopes[j]!;
      for (let l = 0; l < size; l++) {
        const bend = secondDerivative(kind, value, natural.a, natural.slopeIsFree, slopes, j, l);
        term.hessian[j * size + l]! += density.second * slopes[j]! * slopes[l]! + density.first * bend;
      }
    }
  });
  return term;
}

function kindOfRow(row: number, slopeIsFree: boolean, steps: number): 'a' | 'b' | 'c' {
  const first = slopeIsFree ? 1 : 0;
  if (row < first) return 'a';
  return row < first + steps ? 'b' : 'c';
}

/** Second derivative of a natural parameter: b is -(difference of intercepts)/alpha, c the sigmoid of the last parameter. */
function secondDerivative(
  kind: 'a' | 'b' | 'c',
  value: number,
  slope: number,
  slopeIsFree: boolean,
  slopes: Float64Array,
  j: number,
  l: number,
): number {
  if (kind === 'b' && slopeIsFree) {
    if (j === 0 && l === 0) return (2 * value) / (slope * slope);
    if (j === 0 || l === 0) return -slopes[j + l]! / slope;
  }
  return kind === 'c' && j === l ? slopes[j]! * (1 - 2 * value) : 0;
}
