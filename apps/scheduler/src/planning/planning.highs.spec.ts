import {
  type WindowDimensions,
  CLUSTER_DIMENSIONS,
  generateWindow,
} from '../../../../test/bench/planning/window-generator';
import { SeededNumbers } from '../../../../test/bench/planning/seeded-numbers';
import { FlowNetwork, type FlowTask } from './domain/flow-network';
import { solveMinCostFlow } from './domain/min-cost-flow';
import { outcomeOf } from './domain/plan-outcome';
import { planSeats } from './domain/plan-seats';
import type { PlanningProblem } from './domain/planning-problem';
import { FlowOracle } from './flow-oracle.fixture';
import { drawFrom } from './seed-draw';

const SMALL: WindowDimensions = {
  ...CLUSTER_DIMENSIONS,
  people: 300,
  agencies: 5,
  zones: 4,
  sites: 5,
  days: 4,
  sessionsPerDay: 2,
};
const NO_RESERVE = { numerator: 0, denominator: 1 };

let oracle: FlowOracle;
beforeAll(async () => {
  oracle = await FlowOracle.load();
});

describe('a flow has the optimum that HiGHS finds', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => [seed]))('on random network %i', (seed) => {
    const task = randomTask(seed);
    const { sent, cost } = solveMinCostFlow(task);
    expect({ sent, cost }).toEqual(oracle.optimumOf(task));
  });
});

describe('every flow of a plan has the optimum that HiGHS finds', () => {
  const cases: readonly [string, Partial<WindowDimensions>, number][] = [
    ['90 % full, without cap', {}, 100],
    ['90 % full, cap 0.3', {}, 30],
    ['99.5 % full, cap 0.28', { fill: 0.995 }, 28],
    ['15 % short, cap 0.3', { fill: 1 / 0.85 }, 30],
    ['15 % short, without cap', { fill: 1 / 0.85 }, 100],
    ['scarce access, cap 0.3', { wheelchairShare: 0.25, screenReaderShare: 0.15, suitedShare: 0.1 }, 30],
    ['scarce access, without cap', { wheelchairShare: 0.25, screenReaderShare: 0.15, suitedShare: 0.1 }, 100],
    ['near sites only, cap 0.3', { reachKm: 30 }, 30],
    ['near sites only, 99.5 % full, cap 0.26', { reachKm: 35, fill: 0.995 }, 26],
  ];
  for (const accessFirst of [false, true]) {
    test.each(cases)(`%s${accessFirst ? ', access first' : ''}`, (_, changes, percent) => {
      for (const seed of [1, 2, 3]) {
        const problem = generateWindow({ ...SMALL, ...changes }, seed);
        const rules = { agencyDayCap: { numerator: percent, denominator: 100 }, reserve: NO_RESERVE, accessFirst };
        let flows = 0;
        const judged = (task: FlowTask): ReturnType<typeof solveMinCostFlow> => {
          const solution = solveMinCostFlow(task);
          expect({ sent: solution.sent, cost: solution.cost }).toEqual(oracle.optimumOf(task));
          flows += 1;
          return solution;
        };
        const { window, seating } = planSeats(problem, rules, drawFrom('1'), judged);
        expect(flows).toBeGreaterThan(0);
        expect(outcomeOf(window, seating).placed).toBeGreaterThan(0);
      }
    });
  }
});

describe('grouping people and dates changes no optimum', () => {
  test.each([1, 2, 3, 4, 5])('of window %i, against every person with every session', (seed) => {
    const problem = generateWindow({ ...SMALL, people: 60, fill: seed % 2 === 0 ? 0.9 : 1.1 }, seed);
    const rules = { agencyDayCap: { numerator: 1, denominator: 1 }, reserve: NO_RESERVE, accessFirst: false };
    const { window, seating } = planSeats(problem, rules, drawFrom('1'));
    const { placed, totalUnits } = outcomeOf(window, seating);
    expect({ sent: [placed], cost: totalUnits }).toEqual(oracle.optimumOf(personByPersonTask(problem)));
  });
});

function personByPersonTask({ people, sites, sessions, distances }: PlanningProblem): FlowTask {
  const network = new FlowNetwork();
  const [sink, source] = network.addNodes(2) as [number, number];
  const sessionNodes = sessions.map(({ seats }) => {
    const node = network.addNode();
    network.addArc(node, sink, seats);
    return node;
  });
  for (const { zone, access } of people) {
    const node = network.addNode();
    network.addArc(source, node, 1);
    for (const [session, { siteId }] of sessions.entries()) {
      const way = distances.find((distance) => distance.zone === zone && distance.siteId === siteId);
      const isSuited = access === 'none' || sites.find((site) => site.siteId === siteId)!.suits.includes(access);
      if (way && isSuited) network.addArc(node, sessionNodes[session]!, 1, way.units);
    }
  }
  return { network, sources: [source], sink };
}

/** Two sources, so that what the first has is never given up for the second. */
function randomTask(seed: number): FlowTask {
  const numbers = new SeededNumbers(seed);
  const network = new FlowNetwork();
  const nodes = network.addNodes(4 + numbers.below(12));
  const [sink, first, second] = nodes as [number, number, number];
  for (let arc = 0; arc < nodes.length * 4; arc += 1) {
    const from = nodes[1 + numbers.below(nodes.length - 1)]!;
    const to = nodes[numbers.below(nodes.length)]!;
    const isIntoSource = to === first || to === second;
    if (from !== to && !isIntoSource) network.addArc(from, to, numbers.below(20), numbers.below(50));
  }
  return { network, sources: [first, second], sink };
}
