export * from './psychometrics.error';
export * from './models/item.parameters';
export { requireItem, requireParameterSet, CATEGORIES_MAX, SCALING_CONSTANTS } from './models/parameters.validation';
export { categoriesOf } from './models/item.model';
export { responseFunctions, type ResponseFunctions } from './models/response.functions';
export * from './estimation/response.codes';
export * from './estimation/ability.estimate';
export { AbilityScorer, type AbilityTable, type ScorerOptions } from './estimation/ability.scorer';
export { sumScoreTable, type SumScoreRow } from './estimation/sum-score.table';
export { calibrateMarginal, THREE_PARAMETER_PRIORS, type CalibrationOptions } from './calibration/marginal.calibration';
export type {
  CalibratedItem,
  CalibrationModelName,
  CalibrationResult,
  CalibrationStandardErrors,
} from './calibration/calibration.result';
export type { AnchorItems } from './calibration/calibration.input';
export type { MaximizationProgress } from './calibration/marginal.maximization';
export type { ItemPriors } from './calibration/item.prior';
export type { PriorDensity } from './calibration/prior.density';
export {
  gaussHermiteQuadrature,
  normalQuadrature,
  STANDARD_NODES,
  STANDARD_RANGE,
  type Quadrature,
  type QuadratureOptions,
} from './numeric/quadrature';
