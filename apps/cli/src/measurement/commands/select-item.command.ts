import { type ContentPlan, type ExposurePlan, type ParameterSet, selectItem } from '@app/psychometrics';
import { type Command, Option } from 'commander';
import { parameterPlace, readParameterFile } from '../files/parameter.file';
import { parseColumns } from '../files/response.file';
import { compileSchema, requireContent } from '../files/schema.check';
import { readJsonFile, toJson, writeResult } from '../files/text.file';
import { locating } from '../measurement.refusal';
import { CONTENT_FILE_SCHEMA } from '../schemas/content-file.schema';
import { EXPOSURE_FILE_SCHEMA } from '../schemas/exposure-file.schema';
import { parseNumber } from './estimation.options';

interface ContentFile {
  readonly areas: Record<string, string>;
  readonly targets: Record<string, number>;
}

interface SelectItemArguments {
  readonly parameters: string;
  readonly theta: number;
  readonly administered?: string;
  readonly content?: string;
  readonly exposure?: string;
  readonly criterion: 'information' | 'randomesque';
  readonly pool: number;
  readonly seed?: number;
  readonly out?: string;
}

const validateContent = compileSchema<ContentFile>(CONTENT_FILE_SCHEMA);
const validateExposure = compileSchema<ExposurePlan>(EXPOSURE_FILE_SCHEMA);

export function addSelectItemCommand(program: Command): void {
  program
    .command('select-item')
    .description('the next item of an adaptive test; equal information is decided by item id')
    .requiredOption('--parameters <file>', 'item parameters of the bank (JSON)')
    .addOption(new Option('--theta <theta>', 'ability estimated so far').argParser(parseNumber).makeOptionMandatory())
    .option('--administered <items>', 'items already given, separated by commas')
    .option('--content <file>', 'content areas and their target shares (JSON)')
    .option('--exposure <file>', 'exposure limit and the rates so far (JSON)')
    .addOption(
      new Option('--criterion <name>', 'the most informative item, or one drawn among the best')
        .choices(['information', 'randomesque'])
        .default('information'),
    )
    .addOption(new Option('--pool <count>', 'randomesque: among how many').default(5).argParser(parseNumber))
    .addOption(new Option('--seed <integer>', 'randomesque: seed of the draw').argParser(parseNumber))
    .option('--out <file>', 'write the JSON there instead of to standard output')
    .action(printSelection);
}

function printSelection(given: SelectItemArguments): void {
  const set = readParameterFile(given.parameters);
  const content = given.content === undefined ? undefined : readContentPlan(given.content, set);
  const exposure =
    given.exposure === undefined
      ? undefined
      : requireContent(validateExposure, readJsonFile(given.exposure), given.exposure, 'content.invalid');
  const selection = locating(
    (position) => parameterPlace(given.parameters, position),
    () =>
      selectItem(set, {
        theta: given.theta,
        administered: parseColumns(given.administered),
        content,
        exposure,
        randomesque: given.criterion === 'randomesque' ? given.pool : 1,
        seed: given.seed,
      }),
  );
  const { item, area, ranking, overexposed } = selection;
  writeResult(
    toJson({
      item,
      theta: given.theta,
      criterion: given.criterion,
      seed: given.seed ?? null,
      area,
      ranking,
      overexposed,
    }),
    given.out,
  );
}

function readContentPlan(path: string, set: ParameterSet): ContentPlan {
  const { areas, targets } = requireContent(validateContent, readJsonFile(path), path, 'content.invalid');
  const inBank = new Set(set.items.map((item) => item.itemId));
  return {
    areaOf: Object.fromEntries(Object.entries(areas).filter(([itemId]) => inBank.has(itemId))),
    targets: Object.entries(targets).map(([area, share]) => ({ area, share })),
  };
}
