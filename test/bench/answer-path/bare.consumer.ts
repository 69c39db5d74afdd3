import { createServer } from 'node:net';
import { type AnswerSubmitted, type CloudEvent, TOPICS } from '@app/contracts';
import { PositionStore, type RecordBatch, systemRuntime } from '@app/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { createAssessmentDataSource } from '../../../apps/assessment/src/assessment.module';
import { AttemptsRepository } from '../../../apps/assessment/src/attempts/attempts.repository';
import type { FoldedChanges } from '../../../apps/assessment/src/attempts/domain/attempt-history';
import type { AnswerRecord } from '../../../apps/assessment/src/attempts/domain/attempt-state';
import { readBareSettings } from './bare.settings';

const GROUP = 'bare';
const repository = new AttemptsRepository();

/** The same fetch, JSON.parse, and the same SQL in one transaction; no Nest, no schema, no fold: every answer counts. */
async function main(): Promise<void> {
  const settings = readBareSettings(process.env);
  const log = await settings.openLog();
  const dataSource = await createAssessmentDataSource(settings.databaseUrl).initialize();
  const positions = new PositionStore(dataSource, systemRuntime);
  await log.subscribe({
    group: GROUP,
    topics: [TOPICS.attempts.name],
    position: (topic, partition) => positions.position(GROUP, topic, partition),
    onBatch: async (batch) => ({ nextOffset: await apply(dataSource, batch) }),
    onGap: async () => null,
    onFatal: (error) => {
      throw error;
    },
  });
  // Whoever starts this program waits until it listens.
  createServer().listen(settings.port, '127.0.0.1');
}

function apply(dataSource: DataSource, batch: RecordBatch): Promise<number> {
  const answers = batch.records.map(({ offset, value }): AnswerRecord => {
    const { data } = JSON.parse(value) as CloudEvent<AnswerSubmitted>;
    return { ...data, receivedAtMs: Date.parse(data.receivedAt), offset };
  });
  const nextOffset = batch.records.at(-1)!.offset + 1;
  return dataSource.transaction(async (manager) => {
    await lockPosition(manager, batch);
    const attemptIds = [...new Set(answers.map(({ attemptId }) => attemptId))];
    await repository.load(manager, { attemptIds, wholeIds: [], touched: answers });
    await repository.save(manager, changesOf(answers));
    await movePosition(manager, batch, nextOffset);
    return nextOffset;
  });
}

function changesOf(answers: AnswerRecord[]): FoldedChanges {
  const current = new Map<string, Map<string, AnswerRecord>>();
  for (const answer of answers) {
    const items = current.get(answer.attemptId) ?? new Map<string, AnswerRecord>();
    current.set(answer.attemptId, items.set(answer.itemId, answer));
  }
  return { headers: new Map(), answers, conflicts: [], current, rejudged: new Map(), closed: [] };
}

async function lockPosition(manager: EntityManager, { partition, topic }: RecordBatch): Promise<void> {
  await manager.query(
    `SELECT next_offset FROM consumer_progress
     WHERE consumer_group = $1 AND topic = $2 AND partition = $3 FOR UPDATE`,
    [GROUP, topic, partition],
  );
}

async function movePosition(
  manager: EntityManager,
  { partition, topic }: RecordBatch,
  nextOffset: number,
): Promise<void> {
  await manager.query(
    `UPDATE consumer_progress SET next_offset = $4, updated_at = now()
     WHERE consumer_group = $1 AND topic = $2 AND partition = $3`,
    [GROUP, topic, partition, nextOffset],
  );
}

void main();
