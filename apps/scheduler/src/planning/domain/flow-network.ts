/** A directed network with whole capacities and whole costs, as data: what is solved can be handed to any solver. */
export class FlowNetwork {
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly capacities: number[] = [];
  readonly costs: number[] = [];
  private nodes = 0;

  get nodeCount(): number {
    return this.nodes;
  }

  get arcCount(): number {
    return this.from.length;
  }

  addNode(): number {
    this.nodes += 1;
    return this.nodes - 1;
  }

  addNodes(count: number): number[] {
    return Array.from({ length: count }, () => this.addNode());
  }

  /** @param cost of one unit, not negative. @returns the arc's index */
  addArc(from: number, to: number, capacity: number, cost = 0): number {
    this.from.push(from);
    this.to.push(to);
    this.capacities.push(capacity);
    this.costs.push(cost);
    return this.from.length - 1;
  }
}

/** What is asked of a network: as much flow as possible out of each source in turn, then the least cost. */
export interface FlowTask {
  readonly network: FlowNetwork;
  /** The first source's flow is never given up for that of a later one. */
  readonly sources: readonly number[];
  readonly sink: number;
}

export interface FlowSolution {
  /** Per arc, whole. */
  readonly flows: Int32Array;
  /** Per source. */
  readonly sent: readonly number[];
  readonly cost: number;
}

export type FlowSolver = (task: FlowTask) => FlowSolution;
