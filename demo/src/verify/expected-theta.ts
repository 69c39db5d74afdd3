import type { Attendee } from '../cast/cast';
import type { Sat12 } from '../cast/sat12';

/** The parts of a package file that its scores depend on. */
export interface ItemResponsePackage {
  readonly packageId: string;
  readonly version: number;
  readonly calibration: {
    readonly statement: string;
    readonly items: readonly { readonly itemId: string; readonly a: number; readonly b: number }[];
  };
}

export interface ExpectedTheta {
  readonly theta: number;
  readonly standardError: number;
}

const NODES = 121;
const RANGE = 6;

/**
 * Ability under the two-parameter logistic model, written from its formula alone: mean and standard deviation of the
 * posterior over 121 nodes on ±6 with a standard normal prior. A missing answer counts as wrong.
 */
export function expectedTheta(
  { respondent }: Attendee,
  { itemIds, key }: Sat12,
  { calibration }: ItemResponsePackage,
): ExpectedTheta {
  const nodes = Array.from({ length: NODES }, (_, node) => -RANGE + (2 * RANGE * node) / (NODES - 1));
  const weights = nodes.map((theta) => {
    const likelihood = itemIds.reduce((product, itemId, index) => {
      const { a, b } = calibration.items.find((item) => item.itemId === itemId)!;
      const right = 1 / (1 + Math.exp(-a * (theta - b)));
      return product * (respondent.answers[index] === key[index] ? right : 1 - right);
    }, 1);
    return Math.exp(-(theta ** 2) / 2) * likelihood;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const moment = (power: number) =>
    nodes.reduce((sum, theta, node) => sum + theta ** power * weights[node]!, 0) / total;
  return { theta: moment(1), standardError: Math.sqrt(moment(2) - moment(1) ** 2) };
}
