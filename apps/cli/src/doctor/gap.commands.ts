import { DomainError } from '@app/contracts';
import { PositionStore, systemRuntime } from '@app/messaging';
import type { DataSource } from 'typeorm';
import { createAssessmentDataSource } from '../../../assessment/src/assessment.module';
import { createSchedulerDataSource } from '../../../scheduler/src/scheduler.module';
import { createScoringDataSource } from '../../../scoring/src/scoring.module';
import { parseWholeNumber } from '../arguments';
import type { CommandContext } from '../command-context';
import { type CommandGroup, action } from '../command-group';

/** Each group keeps its positions in the schema of what it produces. */
const GROUPS: readonly ((url: string) => DataSource)[] = [
  createAssessmentDataSource,
  createScoringDataSource,
  createSchedulerDataSource,
];

interface Gap {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly logStart: number;
  readonly logEnd: number;
}

interface AcceptOptions {
  readonly from: number;
  readonly to: number;
  readonly actor: string;
  readonly reason: string;
}

export const addGapCommands: CommandGroup = (program, surroundings) => {
  const gaps = program
    .command('gaps')
    .description('partitions whose next record the log does not hold (in database and log themselves)');
  gaps.command('list').description('where a group waits for a decision').action(action(surroundings, list));
  gaps
    .command('accept')
    .description('go on behind the gap; what stood in it is lost to the group, and the decision is kept')
    .argument('<group>', 'as `gaps list` shows it')
    .argument('<topic>')
    .argument('<partition>', 'its number', parseWholeNumber)
    .requiredOption('--from <offset>', 'the position that was looked at', parseWholeNumber)
    .requiredOption('--to <offset>', 'where to go on: begin or end of the log', parseWholeNumber)
    .requiredOption('--actor <name>', 'who decides')
    .requiredOption('--reason <text>', 'why nothing is missed by it')
    .action(action(surroundings, accept));
};

async function list(context: CommandContext): Promise<void> {
  const gaps = await findGaps(context);
  const rows = gaps.map((one) => [one.group, one.topic, one.partition, one.position, one.logStart, one.logEnd]);
  const headings = ['group', 'topic', 'partition', 'position', 'log begins', 'log ends'];
  context.console.table(gaps, headings, rows, 'The log holds what every group reads next.');
}

async function accept(
  context: CommandContext,
  group: string,
  topic: string,
  partition: number,
  { from, to, actor, reason }: AcceptOptions,
): Promise<void> {
  const found = (await findGaps(context)).find(
    (gap) => gap.group === group && gap.topic === topic && gap.partition === partition,
  );
  if (!found || found.position !== from) throw new DomainError('position.changed');
  if (to !== found.logStart && to !== found.logEnd) {
    throw new DomainError(
      'request.invalid',
      `--to is where the log begins, ${found.logStart}, or ends, ${found.logEnd}.`,
    );
  }
  for (const create of GROUPS) {
    await withPositions(create(context.databaseUrl()), async (positions) => {
      const known = (await positions.list()).some((one) => one.group === group);
      if (known) await positions.acceptGap({ group, topic, partition, fromOffset: from, toOffset: to, actor, reason });
    });
  }
  context.console.show({ accepted: true }, () => `${group} goes on at ${to} of ${topic}/${partition}.`);
}

async function findGaps(context: CommandContext): Promise<Gap[]> {
  const log = await context.openLog();
  try {
    const gaps: Gap[] = [];
    for (const create of GROUPS) {
      const progress = await withPositions(create(context.databaseUrl()), (positions) => positions.list());
      for (const { group, topic, partition, nextOffset } of progress) {
        const range = (await log.ranges(topic, [partition])).get(partition)!;
        if (nextOffset >= range.startOffset && nextOffset <= range.endOffset) continue;
        const { startOffset: logStart, endOffset: logEnd } = range;
        gaps.push({ group, topic, partition, position: nextOffset, logStart, logEnd });
      }
    }
    return gaps;
  } finally {
    await log.close();
  }
}

async function withPositions<T>(source: DataSource, work: (positions: PositionStore) => Promise<T>): Promise<T> {
  await source.initialize();
  try {
    return await work(new PositionStore(source, systemRuntime));
  } finally {
    await source.destroy();
  }
}
