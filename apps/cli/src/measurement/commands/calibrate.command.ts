import {
  type AnchorItems,
  type CalibratedItem,
  calibrateConditional,
  calibrateMarginal,
  type CalibrationModelName,
  type CalibrationResult,
  type ConditionalResult,
  type InputPosition,
  type MaximizationProgress,
} from '@app/psychometrics';
import { type Command, Option } from 'commander';
import { parameterPlace, readParameterFile } from '../files/parameter.file';
import { parseColumns, readResponseFile, type ResponseFile, responsePlace, scoresOf } from '../files/response.file';
import { tell, toJson, writeResult } from '../files/text.file';
import { locating, placeOf, refusal } from '../measurement.refusal';

/** A line of progress more often than this is noise. */
const PROGRESS_INTERVAL_MS = 2000;

interface CalibrateArguments {
  readonly model: CalibrationModelName;
  readonly method: 'mml' | 'cml';
  readonly responses: string;
  readonly anchors?: string;
  readonly weights?: string;
  readonly ignore?: string;
  readonly priors: boolean;
  readonly out?: string;
}

export function addCalibrateCommand(program: Command): void {
  program
    .command('calibrate')
    .description('estimate item parameters from responses; not reached and empty cells take no part')
    .addOption(
      new Option('--model <name>', 'item response model')
        .choices(['rasch', '2pl', '3pl', 'pcm', 'gpcm', 'grm'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--method <name>', 'marginal (EM) or, for rasch, conditional maximum likelihood')
        .choices(['mml', 'cml'])
        .default('mml'),
    )
    .requiredOption('--responses <file>', 'responses (CSV)')
    .option('--anchors <file>', 'parameters that stay as they are; latent mean and SD become free')
    .option('--weights <column>', 'column that says how many people a row stands for')
    .option('--ignore <columns>', 'columns of the responses that are no items, separated by commas')
    .option('--no-priors', '3pl: without the priors a ~ lognormal(0, 0.5) and c ~ beta(5, 16)')
    .option('--out <file>', 'write the JSON there instead of to standard output')
    .action(calibrate);
}

function calibrate(given: CalibrateArguments): void {
  const named = [...(given.weights === undefined ? [] : [given.weights]), ...parseColumns(given.ignore)];
  const file = readResponseFile(given.responses, named);
  const weights = given.weights === undefined ? undefined : readWeights(file, given.weights);
  const anchors = given.anchors === undefined ? undefined : readParameterFile(given.anchors);
  const locate = (position: InputPosition): string => locateIn(given, file, position);
  const result = locating(locate, () =>
    given.method === 'cml' ? calibrateByScore(given, file, weights) : calibrateByEm(given, file, weights, anchors),
  );
  if (!result.converged)
    tell(`not converged after ${result.iterations} iterations; the last change was ${result.lastChange}`);
  writeResult(toJson(render(result)), given.out);
}

function locateIn(given: CalibrateArguments, file: ResponseFile, position: InputPosition): string {
  const { field, itemId, itemIndex, personIndex } = position;
  if (field !== undefined && given.anchors !== undefined) return parameterPlace(given.anchors, position);
  return responsePlace(file, itemId ?? (itemIndex === undefined ? undefined : file.itemIds[itemIndex]), personIndex);
}

function readWeights(file: ResponseFile, column: string): number[] {
  return file.named.get(column)!.map((cell, person) => {
    if (/^\d+(\.\d+)?$/.test(cell)) return Number(cell);
    throw refusal(
      'responses.invalid',
      placeOf(file.path, file.rows[person], column),
      'a count is a number of at least 0',
    );
  });
}

function calibrateByScore(given: CalibrateArguments, file: ResponseFile, weights?: number[]): ConditionalResult {
  if (given.model !== 'rasch' || given.anchors !== undefined) {
    throw refusal('options.invalid', '', '--method cml is for --model rasch without --anchors');
  }
  return calibrateConditional({ itemIds: file.itemIds, responses: scoresOf(file), weights });
}

function calibrateByEm(
  given: CalibrateArguments,
  file: ResponseFile,
  weights: number[] | undefined,
  anchors: AnchorItems | undefined,
): CalibrationResult {
  return calibrateMarginal({
    model: given.model,
    itemIds: file.itemIds,
    responses: scoresOf(file),
    weights,
    anchors,
    ...(given.priors ? {} : { priors: {} }),
    onProgress: progressTeller(),
  });
}

function progressTeller(): (progress: MaximizationProgress) => void {
  let toldAt = performance.now();
  return ({ iteration, logLikelihood, change }) => {
    if (performance.now() - toldAt < PROGRESS_INTERVAL_MS) return;
    toldAt = performance.now();
    tell(
      `iteration ${iteration}: log-likelihood ${logLikelihood.toFixed(4)}, largest change ${change.toExponential(2)}`,
    );
  };
}

function render(result: CalibrationResult | ConditionalResult): object {
  const { D, latentMean, latentSd, logLik, iterations, converged, persons } = result;
  const more = 'priors' in result ? { latentStandardErrors: result.latentStandardErrors, priors: result.priors } : {};
  return {
    D,
    items: result.items.map(renderItem),
    latentMean,
    latentSd,
    logLik,
    iterations,
    converged,
    persons,
    ...more,
  };
}

function renderItem({ parameters, standardErrors, anchored }: CalibratedItem): object {
  return { ...parameters, standardErrors, ...(anchored ? { anchored } : {}) };
}
