import type { FlowSolver, FlowTask } from './flow-network';
import { FlowNetwork } from './flow-network';
import type { Profile } from './planning-window';

/** People of profiles who are to be seated in lanes, and how far that is for each. */
export interface TravelDemand {
  readonly profiles: readonly Profile[];
  /** People per profile. */
  readonly people: ArrayLike<number>;
  /** Free seats per lane. */
  readonly seats: ArrayLike<number>;
  /** Seats people with access needs before anybody else. */
  readonly accessFirst: boolean;
}

/** People by profile and lane. */
export type TravelPlan = readonly Int32Array[];

/** The most people seated, then the least distance in all. */
export function planTravel(demand: TravelDemand, solve: FlowSolver): TravelPlan {
  const { task, arcs } = travelTask(demand);
  const { flows } = solve(task);
  const plan = demand.profiles.map(() => new Int32Array(demand.seats.length));
  for (const { arc, profile, lane } of arcs) plan[profile]![lane] = flows[arc]!;
  return plan;
}

export interface TravelArc {
  readonly arc: number;
  readonly profile: number;
  readonly lane: number;
}

/** Source → profile → lane → sink. */
function travelTask({ profiles, people, seats, accessFirst }: TravelDemand): {
  readonly task: FlowTask;
  readonly arcs: readonly TravelArc[];
} {
  const network = new FlowNetwork();
  const sink = network.addNode();
  const first = network.addNode();
  const second = accessFirst ? network.addNode() : first;
  const laneNodes = network.addNodes(seats.length);
  for (const [lane, node] of laneNodes.entries()) network.addArc(node, sink, seats[lane]!);
  const arcs: TravelArc[] = [];
  for (const [profile, { access, reach }] of profiles.entries()) {
    const count = people[profile]!;
    if (count === 0) continue;
    const node = network.addNode();
    network.addArc(access === 'none' ? second : first, node, count);
    for (const { lane, units } of reach) {
      if (seats[lane]! === 0) continue;
      arcs.push({ arc: network.addArc(node, laneNodes[lane]!, count, units), profile, lane });
    }
  }
  return { task: { network, sources: accessFirst ? [first, second] : [first], sink }, arcs };
}

/** The distance of a travel plan. */
export function unitsOf(profiles: readonly Profile[], plan: TravelPlan): number {
  let sum = 0;
  for (const [profile, { reach }] of profiles.entries()) {
    for (const { lane, units } of reach) sum += plan[profile]![lane]! * units;
  }
  return sum;
}
