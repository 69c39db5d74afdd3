import { createResponseModel } from './item.model';
import type { ParameterSet } from './item.parameters';
import { requireParameterSet } from './parameters.validation';
import { type CategoryValues, createCategoryValues, informationOf, type ResponseModel } from './response.model';

/** Checked parameters with their response models, in the order of the parameter set. */
export interface ItemBank {
  readonly itemIds: readonly string[];
  readonly models: readonly ResponseModel[];
  readonly categories: readonly number[];
}

/** @throws PsychometricsError `parameters.*` */
export function createItemBank(set: ParameterSet): ItemBank {
  requireParameterSet(set);
  const models = set.items.map((item) => createResponseModel(item, set.D));
  return { itemIds: set.items.map((item) => item.itemId), models, categories: models.map((model) => model.categories) };
}

export interface NodeTables {
  /** Per item `[category * nodes + node]`. */
  readonly logProbabilities: readonly Float64Array[];
  readonly probabilities: readonly Float64Array[];
  readonly slopeRatios: readonly Float64Array[];
  /** Per item `[node]`. */
  readonly information: readonly Float64Array[];
  readonly warmJ: readonly Float64Array[];
}

/** Every response function of every item at every node. */
export function tabulate(models: readonly ResponseModel[], nodes: Float64Array): NodeTables {
  const tables = models.map((model) => tabulateItem(model, nodes));
  return {
    logProbabilities: tables.map((table) => table.logProbabilities),
    probabilities: tables.map((table) => table.probabilities),
    slopeRatios: tables.map((table) => table.slopeRatios),
    information: tables.map((table) => table.information),
    warmJ: tables.map((table) => table.warmJ),
  };
}

function tabulateItem(model: ResponseModel, nodes: Float64Array) {
  const size = model.categories * nodes.length;
  const table = {
    logProbabilities: new Float64Array(size),
    probabilities: new Float64Array(size),
    slopeRatios: new Float64Array(size),
    information: new Float64Array(nodes.length),
    warmJ: new Float64Array(nodes.length),
  };
  const values: CategoryValues = createCategoryValues(model.categories);
  nodes.forEach((theta, node) => {
    model.evaluate(theta, values);
    const { information, warmJ } = informationOf(values, model.categories);
    table.information[node] = information;
    table.warmJ[node] = warmJ;
    for (let category = 0; category < model.categories; category++) {
      const at = category * nodes.length + node;
      table.logProbabilities[at] = values.logProbabilities[category]!;
      table.probabilities[at] = values.probabilities[category]!;
      table.slopeRatios[at] = values.slopeRatios[category]!;
    }
  });
  return table;
}
