import { FlowNetwork, type FlowSolver } from './flow-network';

/**
 * How many more people who can use certain lanes fit in on a date beside those who are to sit there anyway: those may
 * still change lanes among each other.
 *
 * @param seats free per lane
 * @param seated people by reach
 */
export function roomFor(
  reachId: number,
  reaches: readonly (readonly number[])[],
  seats: ArrayLike<number>,
  seated: ArrayLike<number>,
  solve: FlowSolver,
): number {
  const network = new FlowNetwork();
  const sink = network.addNode();
  const those = network.addNode();
  const more = network.addNode();
  const laneNodes = network.addNodes(seats.length);
  let seatCount = 0;
  for (const [lane, node] of laneNodes.entries()) {
    network.addArc(node, sink, seats[lane]!);
    seatCount += seats[lane]!;
  }
  for (const [id, lanes] of reaches.entries()) {
    const people = seated[id]!;
    if (people === 0 && id !== reachId) continue;
    const node = network.addNode();
    if (people > 0) network.addArc(those, node, people);
    if (id === reachId) network.addArc(more, node, seatCount);
    for (const lane of lanes) if (seats[lane]! > 0) network.addArc(node, laneNodes[lane]!, seatCount);
  }
  return solve({ network, sources: [those, more], sink }).sent[1]!;
}
