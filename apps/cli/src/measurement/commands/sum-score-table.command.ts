import { sumScoreTable } from '@app/psychometrics';
import type { Command } from 'commander';
import { parameterPlace, readParameterFile } from '../files/parameter.file';
import { toCsv, writeResult } from '../files/text.file';
import { locating } from '../measurement.refusal';
import { addPriorOptions, type EstimationArguments } from './estimation.options';

interface SumScoreArguments extends Omit<EstimationArguments, 'estimator' | 'notReached'> {
  readonly parameters: string;
  readonly out?: string;
}

export function addSumScoreTableCommand(program: Command): void {
  const command = program
    .command('sum-score-table')
    .description('ability (EAP) for every sum score of a complete form')
    .requiredOption('--parameters <file>', 'item parameters (JSON)')
    .option('--out <file>', 'write the CSV there instead of to standard output');
  addPriorOptions(command).action(printSumScoreTable);
}

function printSumScoreTable(given: SumScoreArguments): void {
  const set = readParameterFile(given.parameters);
  const rows = locating(
    (position) => parameterPlace(given.parameters, position),
    () => sumScoreTable(set, given),
  );
  const cells = rows.map((row) => [row.sumScore, row.theta, row.standardError, row.expectedShare]);
  writeResult(toCsv(['sumScore', 'theta', 'standardError', 'expectedShare'], cells), given.out);
}
