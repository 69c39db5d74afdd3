import { DichotomousModel } from './dichotomous.model';
import { DivideByTotalModel } from './divide-by-total.model';
import { GradedModel } from './graded.model';
import type { ItemParameters } from './item.parameters';
import type { ResponseModel } from './response.model';

/** The response model of an item with checked parameters (`requireItem`). */
export function createResponseModel(item: ItemParameters, scalingConstant: number): ResponseModel {
  switch (item.model) {
    case '1PL':
      return new DichotomousModel(scalingConstant, item.b, 0, 1);
    case '2PL':
      return new DichotomousModel(scalingConstant * item.a, item.b, 0, 1);
    case '3PL':
      return new DichotomousModel(scalingConstant * item.a, item.b, item.c, 1);
    case '4PL':
      return new DichotomousModel(scalingConstant * item.a, item.b, item.c, item.d);
    case 'PCM':
      return createPartialCreditModel(scalingConstant, item.b);
    case 'GPCM':
      return createPartialCreditModel(scalingConstant * item.a, item.b);
    case 'GRM':
      return new GradedModel(scalingConstant * item.a, Float64Array.from(item.b));
    case 'NRM':
      return createNominalModel(scalingConstant, item.slopes, item.intercepts);
  }
}

function createPartialCreditModel(slope: number, steps: readonly number[]): ResponseModel {
  const slopes = new Float64Array(steps.length + 1);
  const intercepts = new Float64Array(steps.length + 1);
  steps.forEach((step, index) => {
    slopes[index + 1] = slope * (index + 1);
    intercepts[index + 1] = intercepts[index]! - slope * step;
  });
  return new DivideByTotalModel(slopes, intercepts, Math.min(...steps), Math.max(...steps), slope);
}

function createNominalModel(
  scalingConstant: number,
  slopes: readonly number[],
  intercepts: readonly number[],
): ResponseModel {
  const scaled = Float64Array.from(slopes, (slope) => scalingConstant * slope);
  const crossings: number[] = [];
  for (let first = 0; first < scaled.length; first++) {
    for (let second = 0; second < first; second++) {
      const gap = scaled[first]! - scaled[second]!;
      if (gap !== 0) crossings.push((intercepts[second]! - intercepts[first]!) / gap);
    }
  }
  const largestStep = (Math.max(...scaled) - Math.min(...scaled)) / (scaled.length - 1);
  return new DivideByTotalModel(
    scaled,
    Float64Array.from(intercepts),
    Math.min(...crossings),
    Math.max(...crossings),
    largestStep,
  );
}

/** Number of score categories of an item: 2 for dichotomous models, steps + 1 otherwise. */
export function categoriesOf(item: ItemParameters): number {
  if (item.model === 'NRM') return item.slopes.length;
  return typeof item.b === 'number' ? 2 : item.b.length + 1;
}
