import loadHighs, { type Highs } from 'highs';
import type { FlowTask } from './domain/flow-network';

/** What another solver finds for the same task. */
export interface OracleOptimum {
  readonly sent: readonly number[];
  readonly cost: number;
}

/** HiGHS as the judge of flows: one linear program for each source in turn, then one for the cost. */
export class FlowOracle {
  private constructor(private readonly highs: Highs) {}

  static async load(): Promise<FlowOracle> {
    return new FlowOracle(await loadHighs());
  }

  optimumOf(task: FlowTask): OracleOptimum {
    const sent: number[] = [];
    for (const source of task.sources) {
      sent.push(this.solve(task, sent, `Maximize\n obj: ${outOf(task, source)}`));
    }
    const { costs } = task.network;
    const priced = costs.flatMap((cost, arc) => (cost === 0 ? [] : [`${cost} a${arc}`]));
    const cost = priced.length === 0 ? 0 : this.solve(task, sent, `Minimize\n obj: ${priced.join(' + ')}`);
    return { sent, cost };
  }

  private solve(task: FlowTask, sent: readonly number[], objective: string): number {
    const model = [
      objective,
      'Subject To',
      ...conservation(task),
      ...fixed(task, sent),
      'Bounds',
      ...bounds(task),
      'End',
    ];
    const result = this.highs.solve(model.join('\n'), { output_flag: false });
    if (result.Status !== 'Optimal') throw new Error(`HiGHS ended as ${result.Status}`);
    return Math.round(result.ObjectiveValue);
  }
}

function outOf({ network }: FlowTask, source: number): string {
  const arcs = network.from.flatMap((from, arc) => (from === source ? [`a${arc}`] : []));
  return arcs.length === 0 ? '0 a0' : arcs.join(' + ');
}

function fixed(task: FlowTask, sent: readonly number[]): string[] {
  return sent.flatMap((amount, index) => {
    const out = outOf(task, task.sources[index]!);
    return out === '0 a0' ? [] : [` s${index}: ${out} = ${amount}`];
  });
}

function conservation({ network, sources, sink }: FlowTask): string[] {
  const terms = Array.from({ length: network.nodeCount }, (): string[] => []);
  for (let arc = 0; arc < network.arcCount; arc += 1) {
    terms[network.from[arc]!]!.push(`- a${arc}`);
    terms[network.to[arc]!]!.push(`+ a${arc}`);
  }
  return terms.flatMap((sums, node) =>
    node === sink || sources.includes(node) || sums.length === 0 ? [] : [` n${node}: ${sums.join(' ')} = 0`],
  );
}

function bounds({ network }: FlowTask): string[] {
  return network.capacities.map((capacity, arc) => ` 0 <= a${arc} <= ${capacity}`);
}
