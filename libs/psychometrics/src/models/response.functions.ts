import { createResponseModel } from './item.model';
import type { ItemParameters } from './item.parameters';
import { requireItem } from './parameters.validation';
import { createCategoryValues, informationOf } from './response.model';

/** Everything a model says about one item at one theta; the lists run over the categories 0..m. */
export interface ResponseFunctions {
  readonly probabilities: number[];
  readonly logProbabilities: number[];
  /** dP/dtheta. */
  readonly firstDerivatives: number[];
  /** d²P/dtheta². */
  readonly secondDerivatives: number[];
  /** Expected (Fisher) information, in 1 / theta². */
  readonly information: number;
  /** Warm's J = sum over categories of P' P'' / P. */
  readonly warmJ: number;
}

/**
 * Category probabilities with their derivatives, the item's information and Warm's J. Finite, and accurate relative to
 * each value's own size, at least to |theta| = 30.
 *
 * Formulas: Birnbaum 1968 (2PL, 3PL), Barton & Lord 1981 (4PL), Masters 1982 (PCM), Muraki 1992 (GPCM), Samejima 1969
 * (GRM), Bock 1972 (NRM); J: Warm 1989, in the form for categories of Samejima 1998.
 *
 * @param item one item with its parameters
 * @param scalingConstant D, > 0
 * @param theta ability, finite
 * @throws PsychometricsError `parameters.*`
 */
export function responseFunctions(item: ItemParameters, scalingConstant: number, theta: number): ResponseFunctions {
  requireItem(item);
  const model = createResponseModel(item, scalingConstant);
  const values = createCategoryValues(model.categories);
  model.evaluate(theta, values);
  const probabilities = Array.from(values.probabilities);
  return {
    probabilities,
    logProbabilities: Array.from(values.logProbabilities),
    firstDerivatives: probabilities.map((probability, category) => probability * values.slopeRatios[category]!),
    secondDerivatives: probabilities.map((probability, category) => probability * values.curvatureRatios[category]!),
    ...informationOf(values, model.categories),
  };
}
