import { choleskyFactor, choleskySolve } from '../numeric/linear-algebra';
import { type ItemPriors, priorTerm } from './item.prior';
import { maximizeItem, maximizeLatent } from './maximization.step';
import { type CalibrationModel, type Expectation, expectation } from './marginal.likelihood';
import { observedInformation, type ObservedInformation, parameterOffsets } from './observed.information';

/** Beyond this change EM is still far enough that its cheap cycles beat a Newton step. */
const EM_TOLERANCE = 1e-3;
/** Cycles of one run of EM before Newton is tried anyway. */
const EM_CYCLES = 500;
/** Cycles and steps together after which the calibration gives up and says so. */
const ITERATIONS_MAX = 2000;
/** EM cycles after a Newton step that failed. */
const RECOVERY_CYCLES = 50;
/** Newton steps that may fail: a likelihood still not concave after ten runs of EM is climbing towards infinity. */
const FAILURES_MAX = 10;
/** Shares of a Newton step that are tried: 1 to 1/2048, below which EM gets farther. */
const HALVINGS_MAX = 12;
/** Iterations without a gain in likelihood after which parameters that still move are taken for undetermined. */
const STALLED_MAX = 25;
/** Relative change of the log-likelihood below which it counts as settled; doubles carry 1e-16 and the sum some of it. */
const LIKELIHOOD_TOLERANCE = 1e-11;
export interface MaximizationProgress {
  readonly iteration: number;
  readonly logLikelihood: number;
  readonly change: number;
}

export interface MaximizationOutcome {
  readonly logLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly lastChange: number;
  /** At the estimates. */
  readonly observed: ObservedInformation;
  /** 1 for each joint parameter that stands at its limit and is not estimated. */
  readonly atLimit: Uint8Array;
}

/** Climbs the marginal likelihood: EM until it slows down, then Newton. Changes the model's curves and latent in place. */
export function maximizeMarginal(
  model: CalibrationModel,
  priors: ItemPriors,
  tolerance: number,
  onProgress?: (progress: MaximizationProgress) => void,
): MaximizationOutcome {
  const climb = new Climb(model, priors, onProgress);
  climb.runEm(EM_CYCLES, EM_TOLERANCE);
  let failures = 0;
  while (climb.iterations < ITERATIONS_MAX && failures < FAILURES_MAX && !climb.isStalled()) {
    const settled = climb.newtonStep(tolerance);
    if (settled === 'converged') break;
    if (settled === 'failed') {
      failures++;
      climb.runEm(RECOVERY_CYCLES, tolerance);
    }
  }
  return climb.outcome(tolerance);
}

class Climb {
  iterations = 0;
  private expected: Expectation;
  private height: number;
  private lastChange = Infinity;
  private lastGain = Infinity;
  private stalledFor = 0;
  private observed: ObservedInformation | null = null;

  constructor(
    private readonly model: CalibrationModel,
    private readonly priors: ItemPriors,
    private readonly onProgress?: (progress: MaximizationProgress) => void,
  ) {
    this.expected = expectation(model);
    this.height = this.heightOf(this.expected);
  }

  isStalled(): boolean {
    return this.stalledFor >= STALLED_MAX;
  }

  runEm(cycles: number, tolerance: number): void {
    for (let cycle = 0; cycle < cycles && this.iterations < ITERATIONS_MAX && !this.isStalled(); cycle++) {
      const before = this.parameters();
      const { nodes } = this.expected.quadrature;
      this.model.curves.forEach((curve, item) => {
        maximizeItem(curve, this.expected.categoryCounts[item]!, nodes, this.priors);
      });
      maximizeLatent(this.model.latent, this.expected);
      this.expected = expectation(this.model);
      this.record(before, this.heightOf(this.expected));
      if (this.lastChange < tolerance) return;
    }
  }

  /** One Newton step with halving. It fails where the information is not positive definite or no share of it climbs. */
  newtonStep(tolerance: number): 'moved' | 'converged' | 'failed' {
    const observed = observedInformation(this.model, this.expected, this.priors);
    this.observed = observed;
    const move = this.newtonMove(observed);
    if (move === null) return 'failed';
    const before = this.parameters();
    for (let halving = 0, share = 1; halving < HALVINGS_MAX; halving++, share /= 2) {
      this.setParameters(before.map((value, index) => value + share * move[index]!));
      if (!this.model.curves.every((curve) => curve.isValid())) continue;
      const expected = expectation(this.model);
      const height = this.heightOf(expected);
      if (height >= this.height - LIKELIHOOD_TOLERANCE * Math.abs(this.height)) {
        this.expected = expected;
        this.record(before, height);
        const settled = this.lastChange < tolerance && this.lastGain < LIKELIHOOD_TOLERANCE;
        return settled ? 'converged' : 'moved';
      }
    }
    this.setParameters(before);
    return 'failed';
  }

  outcome(tolerance: number): MaximizationOutcome {
    this.observed ??= observedInformation(this.model, this.expected, this.priors);
    return {
      logLikelihood: this.expected.logLikelihood,
      iterations: this.iterations,
      converged: this.lastChange < tolerance && this.lastGain < LIKELIHOOD_TOLERANCE,
      lastChange: this.lastChange,
      observed: this.observed,
      atLimit: this.atLimit(),
    };
  }

  private newtonMove(observed: ObservedInformation): Float64Array | null {
    const size = observed.size;
    const matrix = observed.information.slice();
    const gradient = observed.gradient.slice();
    this.atLimit().forEach((limited, index) => {
      if (limited === 0) return;
      for (let other = 0; other < size; other++) {
        matrix[index * size + other] = 0;
        matrix[other * size + index] = 0;
      }
      matrix[index * size + index] = 1;
      gradient[index] = 0;
    });
    const factor = choleskyFactor(matrix, size);
    return factor === null ? null : choleskySolve(factor, size, gradient);
  }

  private atLimit(): Uint8Array {
    const { offsets, size } = parameterOffsets(this.model);
    const limited = new Uint8Array(size);
    this.model.curves.forEach((curve, item) => {
      if (curve.isAtLimit()) limited[offsets[item]! + curve.size - 1] = 1;
    });
    return limited;
  }

  private heightOf(expected: Expectation): number {
    return this.model.curves.reduce(
      (sum, curve) => sum + priorTerm(curve, this.priors).logDensity,
      expected.logLikelihood,
    );
  }

  private record(before: readonly number[], height: number): void {
    const after = this.parameters();
    this.lastChange = after.reduce((largest, value, index) => Math.max(largest, Math.abs(value - before[index]!)), 0);
    this.lastGain = Math.abs(height - this.height) / Math.abs(height);
    this.height = height;
    this.stalledFor = this.lastGain < LIKELIHOOD_TOLERANCE ? this.stalledFor + 1 : 0;
    this.iterations++;
    this.onProgress?.({
      iteration: this.iterations,
      logLikelihood: this.expected.logLikelihood,
      change: this.lastChange,
    });
  }

  /** All free parameters in the joint order, the latent SD as its logarithm. */
  private parameters(): number[] {
    const { latent, curves } = this.model;
    const values = curves.flatMap((curve) => Array.from(curve.parameters));
    if (latent.meanIsFree) values.push(latent.mean);
    if (latent.sdIsFree) values.push(Math.log(latent.sd));
    return values;
  }

  private setParameters(values: readonly number[]): void {
    let next = 0;
    for (const curve of this.model.curves) {
      for (let j = 0; j < curve.size; j++) curve.parameters[j] = values[next++]!;
      curve.confine();
    }
    const { latent } = this.model;
    if (latent.meanIsFree) latent.mean = values[next++]!;
    if (latent.sdIsFree) latent.sd = Math.exp(values[next]!);
  }
}
