import { AbilityScorer, PersonFitCalculator } from '@app/psychometrics';
import type { Command } from 'commander';
import { toCsv, writeResult } from '../files/text.file';
import { locating } from '../measurement.refusal';
import { addEstimationOptions, type EstimationArguments, scorerOptions } from './estimation.options';
import { readScoringInput, type ScoringArguments } from './scoring.input';

const HEADER = ['personId', 'lz', 'lzStar', 'infit', 'outfit'];

export function addPersonFitCommand(program: Command): void {
  const command = program
    .command('person-fit')
    .description('how well every answer pattern fits the model (a flag, never a reason to change a score)')
    .requiredOption('--parameters <file>', 'item parameters (JSON)')
    .requiredOption('--responses <file>', 'responses (CSV)')
    .option('--ignore <columns>', 'columns of the responses that are no items, separated by commas')
    .option('--out <file>', 'write the CSV there instead of to standard output');
  addEstimationOptions(command).action(printPersonFit);
}

function printPersonFit(given: ScoringArguments & EstimationArguments & { out?: string }): void {
  const { set, file, matrix, locate } = readScoringInput(given);
  const options = scorerOptions(given);
  const rows = locating(locate, () => {
    const table = new AbilityScorer(set, options).scoreAll(matrix);
    const calculator = new PersonFitCalculator(set, options);
    return file.personIds.map((personId, person) => {
      const scores = matrix.scores.subarray(person * matrix.items, (person + 1) * matrix.items);
      const theta = table.theta[person]!;
      const { lz, lzStar, infit, outfit } = calculator.fit(scores, Number.isNaN(theta) ? null : theta);
      return [personId, lz, lzStar, infit, outfit];
    });
  });
  writeResult(toCsv(HEADER, rows), given.out);
}
