import type { Command } from 'commander';
import { addCalibrateCommand } from './commands/calibrate.command';
import { addDifCommand } from './commands/dif.command';
import { addItemAnalysisCommand } from './commands/item-analysis.command';
import { addPersonFitCommand } from './commands/person-fit.command';
import { addScoreCommand } from './commands/score.command';
import { addSelectItemCommand } from './commands/select-item.command';
import { addSumScoreTableCommand } from './commands/sum-score-table.command';

/**
 * Adds the measurement commands. They read files and need no service; results go to standard output or `--out`, messages
 * and progress to standard error, and a refusal is a DomainError that names file, row and column.
 */
export function registerMeasurementCommands(program: Command): void {
  addScoreCommand(program);
  addSumScoreTableCommand(program);
  addCalibrateCommand(program);
  addItemAnalysisCommand(program);
  addDifCommand(program);
  addPersonFitCommand(program);
  addSelectItemCommand(program);
}
