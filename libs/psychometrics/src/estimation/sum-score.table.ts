import { createItemBank, type ItemBank, tabulate } from '../models/item.bank';
import type { ParameterSet } from '../models/item.parameters';
import { normalQuadrature } from '../numeric/quadrature';
import { DEFAULT_ESTIMATION, type EstimationOptions } from './ability.estimate';

export interface SumScoreRow {
  /** Sum of the category scores, 0 to the highest possible. */
  readonly sumScore: number;
  /** Posterior mean given the sum score, in theta units. */
  readonly theta: number;
  /** Posterior standard deviation. */
  readonly standardError: number;
  /** Share of the prior's population expected at this sum score; the shares of a table sum to 1. */
  readonly expectedShare: number;
}

/**
 * EAP for every sum score of a complete pattern: the likelihood of the sum by the recursion of Lord & Wingersky (1984),
 * with categories as in Thissen, Pommerich, Billeaud & Williams (1995).
 *
 * @throws PsychometricsError `parameters.*`, `options.invalid`
 */
export function sumScoreTable(
  set: ParameterSet,
  options: Partial<Pick<EstimationOptions, 'priorMean' | 'priorSd' | 'nodes' | 'range'>> = {},
): SumScoreRow[] {
  const { priorMean: mean, priorSd: sd, nodes: count, range } = { ...DEFAULT_ESTIMATION, ...options };
  const { nodes, weights } = normalQuadrature({ mean, sd, nodes: count, range });
  const bank = createItemBank(set);
  const probabilities = tabulate(bank.models, nodes).probabilities;
  const likelihood = sumScoreLikelihood(probabilities, bank.categories, nodes.length);
  return Array.from({ length: highestSum(bank) + 1 }, (_, sumScore) =>
    posteriorOfRow(sumScore, likelihood, nodes, weights),
  );
}

function highestSum(bank: ItemBank): number {
  return bank.categories.reduce((sum, categories) => sum + categories - 1, 0);
}

/** `[sumScore * nodes + node]`: probability of each sum score at each node. */
export function sumScoreLikelihood(
  probabilities: readonly Float64Array[],
  categories: readonly number[],
  nodes: number,
): Float64Array {
  let likelihood = new Float64Array(nodes).fill(1);
  let scores = 1;
  probabilities.forEach((table, item) => {
    const next = new Float64Array((scores + categories[item]! - 1) * nodes);
    for (let score = 0; score < scores; score++) {
      for (let category = 0; category < categories[item]!; category++) {
        const target = (score + category) * nodes;
        for (let node = 0; node < nodes; node++) {
          next[target + node]! += likelihood[score * nodes + node]! * table[category * nodes + node]!;
        }
      }
    }
    likelihood = next;
    scores += categories[item]! - 1;
  });
  return likelihood;
}

function posteriorOfRow(
  sumScore: number,
  likelihood: Float64Array,
  nodes: Float64Array,
  weights: Float64Array,
): SumScoreRow {
  const posterior = weights.map((weight, node) => weight * likelihood[sumScore * nodes.length + node]!);
  const expectedShare = posterior.reduce((sum, weight) => sum + weight, 0);
  const theta = posterior.reduce((sum, weight, node) => sum + weight * nodes[node]!, 0) / expectedShare;
  const variance =
    posterior.reduce((sum, weight, node) => sum + weight * (nodes[node]! - theta) ** 2, 0) / expectedShare;
  return { sumScore, theta, standardError: Math.sqrt(variance), expectedShare };
}
