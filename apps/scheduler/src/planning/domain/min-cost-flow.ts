import type { FlowSolution, FlowTask } from './flow-network';
import { NodeQueue } from './node-queue';

/**
 * The most flow at the least cost, exact and whole: primal-dual. Distances from the source (Dijkstra over reduced costs)
 * fix which arcs lie on a cheapest way; along those as much is sent as fits (Dinic), then distances are taken anew.
 * Costs stay whole numbers below 2^53, so nothing is ever rounded.
 */
export function solveMinCostFlow(task: FlowTask): FlowSolution {
  const residual = new ResidualNetwork(task);
  const sent = task.sources.map((source) => residual.saturate(source));
  return { flows: residual.flows(), sent, cost: residual.cost() };
}

/** Arc `2k` is arc k of the network, `2k + 1` its way back. */
class ResidualNetwork {
  private readonly nodeCount: number;
  private readonly sink: number;
  private readonly to: Int32Array;
  private readonly left: Int32Array;
  private readonly costs: Float64Array;
  /** Arcs out of node n are `arcsOut[firstOut[n]]` to before `arcsOut[firstOut[n + 1]]`. */
  private readonly firstOut: Int32Array;
  private readonly arcsOut: Int32Array;
  /** Reduced costs `cost + potential(from) - potential(to)` are never negative where an arc has room. */
  private readonly potentials: Float64Array;
  private readonly distances: Float64Array;
  private readonly levels: Int32Array;
  private readonly nextOut: Int32Array;
  private readonly queue = new NodeQueue();
  private readonly line: Int32Array;

  constructor({ network, sink }: FlowTask) {
    const { nodeCount, arcCount } = network;
    this.nodeCount = nodeCount;
    this.sink = sink;
    this.to = new Int32Array(2 * arcCount);
    this.left = new Int32Array(2 * arcCount);
    this.costs = new Float64Array(2 * arcCount);
    this.firstOut = new Int32Array(nodeCount + 1);
    this.arcsOut = new Int32Array(2 * arcCount);
    this.potentials = new Float64Array(nodeCount);
    this.distances = new Float64Array(nodeCount);
    this.levels = new Int32Array(nodeCount);
    this.nextOut = new Int32Array(nodeCount);
    this.line = new Int32Array(nodeCount);
    for (let arc = 0; arc < arcCount; arc += 1) {
      this.to[2 * arc] = network.to[arc]!;
      this.to[2 * arc + 1] = network.from[arc]!;
      this.left[2 * arc] = network.capacities[arc]!;
      this.costs[2 * arc] = network.costs[arc]!;
      this.costs[2 * arc + 1] = -network.costs[arc]!;
    }
    this.indexArcs();
  }

  /** Sends all that fits out of one source. @returns how much that was */
  saturate(source: number): number {
    let sent = 0;
    while (this.measureDistances(source)) {
      while (this.measureLevels(source)) {
        this.nextOut.set(this.firstOut.subarray(0, this.nodeCount));
        sent += this.push(source, Number.MAX_SAFE_INTEGER);
      }
    }
    return sent;
  }

  flows(): Int32Array {
    return Int32Array.from({ length: this.left.length / 2 }, (_, arc) => this.left[2 * arc + 1]!);
  }

  cost(): number {
    let cost = 0;
    for (let arc = 0; arc < this.left.length; arc += 2) cost += this.left[arc + 1]! * this.costs[arc]!;
    return cost;
  }

  private indexArcs(): void {
    const counts = new Int32Array(this.nodeCount);
    for (let arc = 0; arc < this.to.length; arc += 1) counts[this.fromOf(arc)]! += 1;
    for (let node = 0; node < this.nodeCount; node += 1) this.firstOut[node + 1] = this.firstOut[node]! + counts[node]!;
    const next = this.firstOut.slice(0, this.nodeCount);
    for (let arc = 0; arc < this.to.length; arc += 1) {
      const from = this.fromOf(arc);
      this.arcsOut[next[from]!] = arc;
      next[from]! += 1;
    }
  }

  private fromOf(arc: number): number {
    return this.to[arc ^ 1]!;
  }

  /** Raises the potentials by the distances from the source. @returns whether the sink can still be reached */
  private measureDistances(source: number): boolean {
    const { distances, queue, potentials } = this;
    distances.fill(Infinity);
    distances[source] = 0;
    queue.clear();
    queue.add(source, 0);
    while (!queue.isEmpty) {
      const distance = queue.nearestDistance;
      const node = queue.takeNearest();
      if (distance > distances[node]!) continue;
      if (node === this.sink) break;
      this.relaxFrom(node, distance);
    }
    const toSink = distances[this.sink]!;
    if (toSink === Infinity) return false;
    // Nodes beyond the sink need no exact distance: the same rise for all of them keeps reduced costs at 0 or above.
    for (let node = 0; node < this.nodeCount; node += 1) potentials[node]! += Math.min(distances[node]!, toSink);
    return true;
  }

  private relaxFrom(node: number, distance: number): void {
    const { arcsOut, left, to, distances } = this;
    const end = this.firstOut[node + 1]!;
    for (let index = this.firstOut[node]!; index < end; index += 1) {
      const arc = arcsOut[index]!;
      if (left[arc]! === 0) continue;
      const next = to[arc]!;
      const nextDistance = distance + this.costs[arc]! + this.potentials[node]! - this.potentials[next]!;
      if (nextDistance >= distances[next]!) continue;
      distances[next] = nextDistance;
      this.queue.add(next, nextDistance);
    }
  }

  /** Counts the arcs from the source along cheapest ways. @returns whether one leads to the sink */
  private measureLevels(source: number): boolean {
    const { levels, line, arcsOut, to } = this;
    levels.fill(-1);
    levels[source] = 0;
    line[0] = source;
    let waiting = 1;
    // Nodes as far as the sink or further lie on no shortest way to it.
    for (let taken = 0; taken < waiting && levels[this.sink] === -1; taken += 1) {
      const node = line[taken]!;
      const end = this.firstOut[node + 1]!;
      for (let index = this.firstOut[node]!; index < end; index += 1) {
        const arc = arcsOut[index]!;
        const next = to[arc]!;
        if (levels[next] !== -1 || !this.isCheapest(arc, node, next)) continue;
        levels[next] = levels[node]! + 1;
        line[waiting] = next;
        waiting += 1;
      }
    }
    return levels[this.sink] !== -1;
  }

  /** Sends at most `amount` from a node on towards the sink, each arc one level further. */
  private push(node: number, amount: number): number {
    if (node === this.sink) return amount;
    let sent = 0;
    const end = this.firstOut[node + 1]!;
    for (; this.nextOut[node]! < end; this.nextOut[node]! += 1) {
      const arc = this.arcsOut[this.nextOut[node]!]!;
      const next = this.to[arc]!;
      if (this.levels[next] !== this.levels[node]! + 1 || !this.isCheapest(arc, node, next)) continue;
      const pushed = this.push(next, Math.min(amount - sent, this.left[arc]!));
      this.left[arc]! -= pushed;
      this.left[arc ^ 1]! += pushed;
      sent += pushed;
      // The arc may have room left, so it is looked at again the next time.
      if (sent === amount) return sent;
    }
    return sent;
  }

  private isCheapest(arc: number, from: number, to: number): boolean {
    return this.left[arc]! > 0 && this.costs[arc]! + this.potentials[from]! - this.potentials[to]! === 0;
  }
}
