import { ALL_TOPICS, type TopicSpec } from '@app/contracts';
import type { EventLog } from '@app/messaging';
import type { CommandContext } from '../command-context';
import { type CommandGroup, action } from '../command-group';

const DAY_MS = 86_400_000;

export const addTopicCommands: CommandGroup = (program, surroundings) => {
  const topics = program
    .command('topics')
    .description('topics of the log (PETABAKAT_LOG=kafka with PETABAKAT_KAFKA_*, or postgres)');
  topics
    .command('create')
    .description('make the topics that are missing; nothing that exists is changed')
    .action(action(surroundings, (context) => run(context, (log) => log.createTopics(ALL_TOPICS))));
  topics
    .command('verify')
    .description('check that every topic exists with its number of partitions')
    .action(action(surroundings, (context) => run(context, (log) => log.verifyTopics(ALL_TOPICS))));
};

async function run(context: CommandContext, work: (log: EventLog) => Promise<void>): Promise<void> {
  const log = await context.openLog();
  try {
    await work(log);
  } finally {
    await log.close();
  }
  const rows = ALL_TOPICS.map((topic) => [topic.name, topic.partitions, retentionOf(topic)]);
  context.console.table(ALL_TOPICS, ['topic', 'partitions', 'kept'], rows, '');
}

function retentionOf({ retentionMs }: TopicSpec): string {
  return retentionMs < 0 ? 'for ever' : `${retentionMs / DAY_MS} days`;
}
