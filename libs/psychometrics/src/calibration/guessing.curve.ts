import { logSigmoid, sigmoid } from '../numeric/logistic';
import type { ItemCurve, NaturalParameters } from './item.curve';

/** Logit of a lower asymptote that is 0 for every purpose: c < 2e-5. Without a prior some items run towards it for ever. */
const GUESSING_LOGIT_MIN = -11;

/** 3PL: P = c + (1 - c) sigmoid(alpha theta + d), c = sigmoid(gamma). Internal parameters: alpha, d, gamma. */
export class GuessingCurve implements ItemCurve {
  readonly categories = 2;
  readonly size = 3;
  readonly parameters: Float64Array;

  constructor(intercept: number, guessing: number) {
    this.parameters = Float64Array.of(1, intercept, Math.log(guessing / (1 - guessing)));
  }

  isValid(): boolean {
    return this.parameters.every(Number.isFinite);
  }

  confine(): void {
    this.parameters[2] = Math.max(GUESSING_LOGIT_MIN, this.parameters[2]!);
  }

  isAtLimit(): boolean {
    return this.parameters[2] === GUESSING_LOGIT_MIN;
  }

  logProbabilities(theta: number, into: Float64Array): void {
    const z = this.parameters[0]! * theta + this.parameters[1]!;
    const gamma = this.parameters[2]!;
    into[0] = logSigmoid(-gamma) + logSigmoid(-z);
    into[1] = Math.log(sigmoid(gamma) + sigmoid(-gamma) * sigmoid(z));
  }

  derivatives(theta: number, gradients: Float64Array, hessians: Float64Array): void {
    const z = this.parameters[0]! * theta + this.parameters[1]!;
    const c = sigmoid(this.parameters[2]!);
    const rise = sigmoid(z);
    const rest = sigmoid(-z);
    const right = c + (1 - c) * rise;
    setChain(gradients, hessians, 0, theta, -rise, -c, [-rise * rest, 0, -c * (1 - c)]);
    const byZ = ((1 - c) * rise * rest) / right;
    const byGamma = (c * (1 - c) * rest) / right;
    setChain(gradients, hessians, 1, theta, byZ, byGamma, [
      byZ * (rest - rise) - byZ * byZ,
      -c * byZ - byZ * byGamma,
      byGamma * (1 - 2 * c) - byGamma * byGamma,
    ]);
  }

  natural(): NaturalParameters {
    const [slope, intercept, gamma] = [this.parameters[0]!, this.parameters[1]!, this.parameters[2]!];
    const b = -intercept / slope;
    const c = sigmoid(gamma);
    const jacobian = Float64Array.of(1, 0, 0, -b / slope, -1 / slope, 0, 0, 0, c * (1 - c));
    return { a: slope, b: [b], c, jacobian, slopeIsFree: true };
  }
}

/** Derivatives in (alpha, d, gamma) from those in (z, gamma), as z = alpha theta + d; `second` is zz, z gamma, gamma gamma. */
function setChain(
  gradients: Float64Array,
  hessians: Float64Array,
  category: number,
  theta: number,
  byZ: number,
  byGamma: number,
  second: readonly [number, number, number],
): void {
  gradients.set([theta * byZ, byZ, byGamma], category * 3);
  const [zz, zg, gg] = second;
  hessians.set([theta * theta * zz, theta * zz, theta * zg, theta * zz, zz, zg, theta * zg, zg, gg], category * 9);
}
