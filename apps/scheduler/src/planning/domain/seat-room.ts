import { FlowNetwork, type FlowSolver } from './flow-network';

/**
 * How many more people who can use certain lanes fit in on a date beside others; the others may still change lanes among
 * each other.
 *
 * @param seats free per lane
 * @param others people by reach: those who go before come first, where not all of them fit in
 */
export function roomFor(
  reachId: number,
  reaches: readonly (readonly number[])[],
  seats: ArrayLike<number>,
  others: readonly ArrayLike<number>[],
  solve: FlowSolver,
): number {
  const network = new FlowNetwork();
  const sink = network.addNode();
  const sources = network.addNodes(others.length + 1);
  const laneNodes = network.addNodes(seats.length);
  let seatCount = 0;
  for (const [lane, node] of laneNodes.entries()) {
    network.addArc(node, sink, seats[lane]!);
    seatCount += seats[lane]!;
  }
  for (const [id, lanes] of reaches.entries()) {
    const demand = [...others.map((people) => people[id]!), id === reachId ? seatCount : 0];
    if (demand.every((people) => people === 0)) continue;
    const node = network.addNode();
    for (const [rank, people] of demand.entries()) if (people > 0) network.addArc(sources[rank]!, node, people);
    for (const lane of lanes) if (seats[lane]! > 0) network.addArc(node, laneNodes[lane]!, seatCount);
  }
  return solve({ network, sources, sink }).sent[others.length]!;
}
