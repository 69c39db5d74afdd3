import { createServer } from 'node:net';
import { TOPICS } from '@app/contracts';
import { BatchTransaction, type EventBatch, PositionStore, type RecordBatch, systemRuntime } from '@app/messaging';
import { createAssessmentDataSource } from '../../../apps/assessment/src/assessment.module';
import { AttemptsRepository } from '../../../apps/assessment/src/attempts/attempts.repository';
import { SqlAttemptStore } from '../../../apps/assessment/src/attempts/sql-attempt.store';
import { answersOf, changesOf, needsOf } from './bare.answers';
import { readBareSettings } from './bare.settings';

const GROUP = 'bare';

/** The same fetch, JSON.parse, and the same SQL in the same transactions; no Nest, no schema, no fold: every answer counts. */
async function main(): Promise<void> {
  const settings = readBareSettings(process.env);
  const log = await settings.openLog();
  const dataSource = await createAssessmentDataSource(settings.databaseUrl).initialize();
  const positions = new PositionStore(dataSource, systemRuntime);
  const store = new SqlAttemptStore(dataSource, new BatchTransaction(dataSource), new AttemptsRepository());
  await log.subscribe({
    group: GROUP,
    topics: [TOPICS.attempts.name],
    position: (topic, partition) => positions.position(GROUP, topic, partition),
    onBatch: async (batch) => {
      await apply(store, batch);
      return { nextOffset: batch.records.at(-1)!.offset + 1 };
    },
    onGap: async () => null,
    onFatal: (error) => {
      throw error;
    },
  });
  // Whoever starts this program waits until it listens.
  createServer().listen(settings.port, '127.0.0.1');
}

function apply(store: SqlAttemptStore, { topic, partition, records }: RecordBatch): Promise<void> {
  const answers = answersOf(records);
  const [firstOffset, nextOffset] = [records[0]!.offset, records.at(-1)!.offset + 1];
  // Nobody looks into the events: the answers are parsed already.
  const events = records as unknown as EventBatch['events'];
  const batch: EventBatch = { group: GROUP, topic, partition, firstOffset, nextOffset, events, rejected: [] };
  return store.apply(batch, async (_, rows) => {
    await rows.load(needsOf(answers));
    await rows.save(changesOf(answers), []);
  });
}

void main();
