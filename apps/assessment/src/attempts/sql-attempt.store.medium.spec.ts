import { TOPICS } from '@app/contracts';
import { migrate } from '@app/database';
import { BatchTransaction, PositionStore, systemRuntime } from '@app/messaging';
import { type FreshDatabase, freshDatabase } from '@app/testing';
import type { DataSource } from 'typeorm';
import { createAssessmentDataSource } from '../assessment.module';
import { describeAttemptStore } from './attempt.store.contract';
import { AttemptsRepository } from './attempts.repository';
import { SqlAttemptStore } from './sql-attempt.store';

let database: FreshDatabase;
let dataSource: DataSource;

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

describeAttemptStore('PostgreSQL', async () => {
  database = await freshDatabase();
  dataSource = createAssessmentDataSource(database.url);
  await migrate(dataSource);
  const positions = new PositionStore(dataSource, systemRuntime);
  const position = (partition: number) => positions.position('assessment', TOPICS.attempts.name, partition);
  return {
    store: new SqlAttemptStore(dataSource, new BatchTransaction(dataSource), new AttemptsRepository()),
    begin: async (partition) => void (await position(partition)),
    position,
    outbox: async () => {
      const rows = await dataSource.query<{ event_id: string }[]>('SELECT event_id FROM outbox ORDER BY id');
      return rows.map((row) => row.event_id);
    },
    addPendingFinish: ({ eventId, attemptId, atMs, dueAtMs }) =>
      dataSource.query(
        `INSERT INTO pending_closures (event_id, attempt_id, at, due_at, actor, reason_code)
         VALUES ($1, $2, $3, $4, 'tester', 'test')`,
        [eventId, attemptId, new Date(atMs), new Date(dueAtMs)],
      ),
  };
});
