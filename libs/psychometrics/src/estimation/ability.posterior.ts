/** Abscissas and weights of the four-point Gauss–Legendre rule on [0, 1]. */
const LEGENDRE_NODES = [0.06943184420297371, 0.33000947820757187, 0.6699905217924281, 0.9305681557970262];
const LEGENDRE_WEIGHTS = [0.17392742256872692, 0.3260725774312731, 0.3260725774312731, 0.17392742256872692];

/** A density below e^-45 (3e-20) of the highest cannot change a sum of doubles. */
const NEGLIGIBLE_LOG_DENSITY = -45;
/** Weight of each of the four nodes around a cell at each of its Gauss–Legendre points. */
const CELL_WEIGHTS = LEGENDRE_NODES.map((share) => [0, 1, 2, 3].map((point) => lagrangeWeight(1 + share, point, 4)));

/** Weight that the polynomial through values at 0, 1, … gives the value at `point`, at x (Lagrange). */
function lagrangeWeight(x: number, point: number, points: number): number {
  let weight = 1;
  for (let other = 0; other < points; other++) if (other !== point) weight *= (x - other) / (point - other);
  return weight;
}

/**
 * A posterior given on equally spaced nodes. Between nodes its logarithm is interpolated by a cubic, because adding up the
 * nodes below a cut would be wrong by half a node's mass.
 */
export class AbilityPosterior {
  private readonly step: number;
  private readonly cumulative: Float64Array;

  /** @param logDensity ln of the posterior at the nodes over its highest value, so that the highest is 0 */
  constructor(
    private readonly nodes: Float64Array,
    private readonly logDensity: Float64Array,
  ) {
    this.step = nodes[1]! - nodes[0]!;
    this.cumulative = new Float64Array(nodes.length);
    for (let cell = 0; cell + 1 < nodes.length; cell++) {
      this.cumulative[cell + 1] = this.cumulative[cell]! + this.wholeCellMass(cell);
    }
  }

  /** P(theta < cut). */
  massBelow(cut: number): number {
    const last = this.nodes.length - 1;
    if (cut <= this.nodes[0]!) return 0;
    if (cut >= this.nodes[last]!) return 1;
    const cell = Math.min(last - 1, Math.floor((cut - this.nodes[0]!) / this.step));
    const share = (cut - this.nodes[cell]!) / this.step;
    return (this.cumulative[cell]! + this.cellMass(cell, share)) / this.cumulative[last]!;
  }

  private wholeCellMass(cell: number): number {
    if (cell === 0 || cell + 2 >= this.nodes.length) return this.cellMass(cell, 1);
    if (this.isEmpty(cell)) return 0;
    const { logDensity } = this;
    let mass = 0;
    for (let point = 0; point < LEGENDRE_NODES.length; point++) {
      const weights = CELL_WEIGHTS[point]!;
      let value = 0;
      for (let near = 0; near < 4; near++) value += logDensity[cell - 1 + near]! * weights[near]!;
      mass += LEGENDRE_WEIGHTS[point]! * Math.exp(value);
    }
    return mass * this.step;
  }

  private isEmpty(cell: number): boolean {
    const last = Math.min(this.nodes.length - 1, cell + 2);
    for (let node = Math.max(0, cell - 1); node <= last; node++) {
      if (this.logDensity[node]! >= NEGLIGIBLE_LOG_DENSITY) return false;
    }
    return true;
  }

  /** Mass of the first `share` of a cell, up to the same constant. */
  private cellMass(cell: number, share: number): number {
    if (this.isEmpty(cell)) return 0;
    let mass = 0;
    for (let point = 0; point < LEGENDRE_NODES.length; point++) {
      mass += LEGENDRE_WEIGHTS[point]! * Math.exp(this.interpolate(cell, share * LEGENDRE_NODES[point]!));
    }
    return mass * share * this.step;
  }

  /** Lagrange cubic through the four nodes around the cell, or the four nearest at an end. */
  private interpolate(cell: number, share: number): number {
    const first = Math.max(0, Math.min(cell - 1, this.nodes.length - 4));
    const points = Math.min(4, this.nodes.length);
    const x = cell - first + share;
    let value = 0;
    for (let point = 0; point < points; point++) {
      value += lagrangeWeight(x, point, points) * this.logDensity[first + point]!;
    }
    return value;
  }
}
