import { analyzeDif, completeScores, type ItemDif } from '@app/psychometrics';
import type { Command } from 'commander';
import { parseColumns, readResponseFile, type ResponseFile, responsePlace, scoresOf } from '../files/response.file';
import { tell, toJson, writeResult } from '../files/text.file';
import { locating, placeOf, refusal } from '../measurement.refusal';

interface DifArguments {
  readonly responses: string;
  readonly group: string;
  readonly focal: string;
  readonly purify?: boolean;
  readonly ignore?: string;
  readonly out?: string;
}

export function addDifCommand(program: Command): void {
  program
    .command('dif')
    .description('items that work differently in two groups: Mantel–Haenszel with ETS classes, and logistic')
    .requiredOption('--responses <file>', 'responses (CSV) with 0/1 scores and a group column')
    .requiredOption('--group <column>', 'column that names the group of every person')
    .requiredOption('--focal <value>', 'value of the focal group; all other people are the reference group')
    .option('--purify', 'take flagged items out of the matching score until the set is stable')
    .option('--ignore <columns>', 'columns of the responses that are no items, separated by commas')
    .option('--out <file>', 'write the JSON there instead of to standard output')
    .action(printDif);
}

function printDif(given: DifArguments): void {
  const file = readResponseFile(given.responses, [given.group, ...parseColumns(given.ignore)]);
  const isFocal = readGroups(file, given);
  const { scores, kept, leftOut } = completeScores(scoresOf(file));
  const { items, purified, settled } = locating(
    ({ itemId, personIndex }) => responsePlace(file, itemId ?? given.group, personIndex),
    () =>
      analyzeDif(
        scores,
        kept.map((person) => isFocal[person]!),
        given.purify ?? false,
      ),
  );
  if (leftOut > 0) tell(`left out for empty cells: ${leftOut} people`);
  if (!settled) tell('purification did not settle; its last round is given');
  const rendered = items.map((item, index) => ({ itemId: file.itemIds[index]!, ...renderDif(item) }));
  const result = {
    items: rendered,
    purified: purified.map((item) => file.itemIds[item]!),
    persons: scores.persons,
    personsLeftOut: leftOut,
  };
  writeResult(toJson(result), given.out);
}

function readGroups(file: ResponseFile, given: DifArguments): number[] {
  return file.named.get(given.group)!.map((value, person) => {
    if (value === '') {
      throw refusal(
        'responses.invalid',
        placeOf(file.path, file.rows[person], given.group),
        'the person is in no group',
      );
    }
    return value === given.focal ? 1 : 0;
  });
}

function renderDif({ mantelHaenszel, logistic, reason }: ItemDif): object {
  return reason === null ? { mantelHaenszel, logistic } : { mantelHaenszel, logistic, reason };
}
