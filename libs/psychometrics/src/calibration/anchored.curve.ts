import { createResponseModel } from '../models/item.model';
import type { ItemParameters } from '../models/item.parameters';
import { type CategoryValues, createCategoryValues, type ResponseModel } from '../models/response.model';
import { PsychometricsError } from '../psychometrics.error';
import type { ItemCurve, NaturalParameters } from './item.curve';

/** An item whose parameters are given and stay: it carries the scale into a fixed-parameter calibration (Kim 2006). */
export class AnchoredCurve implements ItemCurve {
  readonly categories: number;
  readonly size = 0;
  readonly parameters = new Float64Array(0);
  private readonly model: ResponseModel;
  private readonly values: CategoryValues;

  constructor(
    readonly item: ItemParameters,
    scalingConstant: number,
  ) {
    this.model = createResponseModel(item, scalingConstant);
    this.categories = this.model.categories;
    this.values = createCategoryValues(this.categories);
  }

  isValid(): boolean {
    return true;
  }

  confine(): void {
    // There is nothing to move.
  }

  isAtLimit(): boolean {
    return false;
  }

  logProbabilities(theta: number, into: Float64Array): void {
    this.model.evaluate(theta, this.values);
    into.set(this.values.logProbabilities);
  }

  derivatives(): void {
    // No free parameter: there is nothing to fill.
  }

  natural(): NaturalParameters {
    throw new PsychometricsError('options.invalid', `item ${this.item.itemId} is anchored and has no free parameter`);
  }
}
