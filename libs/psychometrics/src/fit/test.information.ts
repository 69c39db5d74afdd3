import { createItemBank } from '../models/item.bank';
import { createResponseModel } from '../models/item.model';
import type { ItemParameters, ParameterSet } from '../models/item.parameters';
import { requireItem } from '../models/parameters.validation';
import { createCategoryValues, informationOf } from '../models/response.model';

export interface InformationPoint {
  readonly theta: number;
  /** Sum of the items' Fisher information, in 1 / theta². */
  readonly information: number;
  /** 1 / sqrt(information): the standard error of an efficient estimate; null where the information is 0. */
  readonly standardError: number | null;
  /** Expected sum score (the test characteristic curve). */
  readonly expectedScore: number;
}

/**
 * Test information, conditional standard error and expected score at given thetas (Lord 1980, chapter 5).
 *
 * @throws PsychometricsError `parameters.*`
 */
export function testInformation(set: ParameterSet, thetas: ArrayLike<number>): InformationPoint[] {
  const bank = createItemBank(set);
  const values = createCategoryValues(Math.max(...bank.categories));
  return Array.from(thetas, (theta) => {
    let information = 0;
    let expectedScore = 0;
    for (const model of bank.models) {
      model.evaluate(theta, values);
      information += informationOf(values, model.categories).information;
      for (let category = 1; category < model.categories; category++) {
        expectedScore += category * values.probabilities[category]!;
      }
    }
    return { theta, information, standardError: information > 0 ? 1 / Math.sqrt(information) : null, expectedScore };
  });
}

/** Fisher information of one item at theta, in 1 / theta². */
export function itemInformation(item: ItemParameters, scalingConstant: number, theta: number): number {
  requireItem(item);
  const model = createResponseModel(item, scalingConstant);
  const values = createCategoryValues(model.categories);
  model.evaluate(theta, values);
  return informationOf(values, model.categories).information;
}
