import { AbilityScorer, type AbilityTable } from '@app/psychometrics';
import type { Command } from 'commander';
import { toCsv, writeResult } from '../files/text.file';
import { locating } from '../measurement.refusal';
import { addEstimationOptions, type EstimationArguments, scorerOptions } from './estimation.options';
import { readScoringInput, type ScoringArguments } from './scoring.input';

const HEADER = ['personId', 'theta', 'standardError', 'estimator', 'atBound', 'answered', 'omitted', 'notReached'];

export function addScoreCommand(program: Command): void {
  const command = program
    .command('score')
    .description('estimate the ability of every person from item parameters')
    .requiredOption('--parameters <file>', 'item parameters (JSON)')
    .requiredOption('--responses <file>', 'responses (CSV)')
    .option('--ignore <columns>', 'columns of the responses that are no items, separated by commas')
    .option('--out <file>', 'write the CSV there instead of to standard output');
  addEstimationOptions(command).action(score);
}

function score(given: ScoringArguments & EstimationArguments & { out?: string }): void {
  const { set, file, matrix, locate } = readScoringInput(given);
  const table = locating(locate, () => new AbilityScorer(set, scorerOptions(given)).scoreAll(matrix));
  const rows = file.personIds.map((personId, person) => rowOf(personId, table, person));
  writeResult(toCsv(HEADER, rows), given.out);
}

function rowOf(personId: string, table: AbilityTable, person: number): (string | number | boolean | null)[] {
  return [
    personId,
    existing(table.theta[person]!),
    existing(table.standardError[person]!),
    table.estimator,
    table.atBound[person] === 1,
    table.answered[person]!,
    table.omitted[person]!,
    table.notReached[person]!,
  ];
}

function existing(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
