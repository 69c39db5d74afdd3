import type { ThreeParameterItem } from '@app/psychometrics';

export interface EapColumns {
  readonly theta: Float64Array;
  readonly standardError: Float64Array;
}

/**
 * The baseline: EAP as the formula reads, on the same typed arrays and nodes, with the exponential and the logarithm per
 * person, item and node. It shares no code with the library.
 */
export function straightforwardEap(
  items: readonly ThreeParameterItem[],
  scores: Int8Array,
  persons: number,
  nodeCount: number,
  range: number,
): EapColumns {
  const a = Float64Array.from(items, (item) => item.a);
  const b = Float64Array.from(items, (item) => item.b);
  const c = Float64Array.from(items, (item) => item.c);
  const nodes = Float64Array.from({ length: nodeCount }, (_, q) => -range + (2 * range * q) / (nodeCount - 1));
  const logPrior = nodes.map((x) => -0.5 * x * x);
  const theta = new Float64Array(persons);
  const standardError = new Float64Array(persons);
  const posterior = new Float64Array(nodeCount);
  for (let person = 0; person < persons; person++) {
    let highest = -Infinity;
    for (let q = 0; q < nodeCount; q++) {
      let sum = logPrior[q]!;
      for (let i = 0; i < items.length; i++) {
        const p = c[i]! + (1 - c[i]!) / (1 + Math.exp(-a[i]! * (nodes[q]! - b[i]!)));
        sum += Math.log(scores[person * items.length + i] === 1 ? p : 1 - p);
      }
      posterior[q] = sum;
      if (sum > highest) highest = sum;
    }
    let [total, first, second] = [0, 0, 0];
    for (let q = 0; q < nodeCount; q++) {
      const weight = Math.exp(posterior[q]! - highest);
      total += weight;
      first += weight * nodes[q]!;
    }
    const mean = first / total;
    for (let q = 0; q < nodeCount; q++) second += Math.exp(posterior[q]! - highest) * (nodes[q]! - mean) ** 2;
    theta[person] = mean;
    standardError[person] = Math.sqrt(second / total);
  }
  return { theta, standardError };
}
