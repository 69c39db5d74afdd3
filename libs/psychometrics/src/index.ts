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
export {
  calibrateConditional,
  CONDITIONAL_ITEMS_MAX,
  type ConditionalOptions,
  type ConditionalResult,
} from './calibration/conditional.calibration';
export { completeScores, type CompleteScores, type ScoreMatrix } from './classical/score.matrix';
export { MomentAccumulator, type ItemMoments } from './classical/moment.accumulator';
export {
  cronbachAlpha,
  guttmanLambda2,
  kelleyScore,
  mcdonaldOmega,
  reliability,
  type Reliability,
} from './classical/reliability';
export { factorLoadings } from './classical/minres.factor';
export {
  analyzeItems,
  analyzeMoments,
  type ItemAnalysis,
  type ItemStatistics,
  type TestStatistics,
} from './classical/item.analysis';
export { type ItemFlag, itemFlags, type OptionKey } from './classical/item.flags';
export { analyzeOptions, type OptionStatistics } from './classical/option.analysis';
export { analyzeDif, type DifAnalysis, type DifGap, type ItemDif } from './fit/differential.functioning';
export { etsClass, mantelHaenszel, type EtsClass, type MantelHaenszelResult } from './fit/mantel-haenszel';
export { logisticDif, type LogisticDifResult } from './fit/logistic.dif';
export { PersonFitCalculator, type PersonFit } from './fit/person.fit';
export { itemFit, type ItemFit, type ItemFitOptions } from './fit/item.fit';
export { itemInformation, testInformation, type InformationPoint } from './fit/test.information';
export { levelOf, levelProbabilities, levelProbabilitiesOfPosterior } from './fit/level.classification';
export type { AbilityPosterior } from './estimation/ability.posterior';
export {
  chiSquareTail,
  logGamma,
  normalCumulative,
  normalDensity,
  normalQuantile,
  upperGamma,
} from './numeric/distributions';
export { createRandomStream, type RandomStream } from './numeric/random';
export { transformScale, type ScaleTransformation } from './linking/scale.transformation';
export {
  meanMeanLinking,
  meanSigmaLinking,
  type CommonItems,
  type MomentLinkingOptions,
} from './linking/moment.linking';
export {
  haebaraLinking,
  stockingLordLinking,
  type CharacteristicLinking,
  type CharacteristicLinkingOptions,
  type CriterionGrid,
} from './linking/characteristic.linking';
export { equateTrueScores, type EquatedScore } from './linking/true-score.equating';
export {
  selectItem,
  type ContentPlan,
  type ContentTarget,
  type ExposurePlan,
  type ItemSelection,
  type RankedItem,
  type SelectionOptions,
} from './adaptive/item.selection';
