import { type ReplayReport, ReplayVerifier } from '../../../assessment/src/replay/replay.verifier';
import { createAssessmentDataSource } from '../../../assessment/src/assessment.module';
import { ASSESSMENT_GROUP } from '../../../assessment/src/assessment.tokens';
import { DomainError } from '@app/contracts';
import type { CommandContext } from '../command-context';
import { type CommandGroup, action } from '../command-group';

export const addReplayCommands: CommandGroup = (program, surroundings) => {
  program
    .command('replay')
    .description('fold the log of answers from its first record on (run it while no answers come in)')
    .requiredOption('--verify', 'compare what comes of it with every table; the tables stay as they are')
    .action(action(surroundings, verify));
};

async function verify(context: CommandContext): Promise<void> {
  const report = await replay(context);
  const { records, attempts, answers, closings, differences } = report;
  if (differences.length > 0) {
    const problems = differences.map((at) => ({ at, message: 'is not what the log says' }));
    throw new DomainError('log.tables-differ', undefined, { problems });
  }
  context.console.show(report, () =>
    [
      `${records} records folded: ${attempts} attempts, ${answers} answers, ${closings} closings.`,
      'Every table is what the log says.',
    ].join('\n'),
  );
}

async function replay(context: CommandContext): Promise<ReplayReport> {
  const dataSource = createAssessmentDataSource(context.databaseUrl());
  await dataSource.initialize();
  try {
    const log = await context.openLog();
    try {
      return await new ReplayVerifier(dataSource, log, ASSESSMENT_GROUP).verify();
    } finally {
      await log.close();
    }
  } finally {
    await dataSource.destroy();
  }
}
