import { TOPICS, isoTime } from '@app/contracts';
import { MemoryOutbox, MemoryProgress, VirtualRuntime } from '@app/messaging';
import { describeAttemptStore } from './attempt.store.contract';
import { MemoryAttemptStore, MemoryAttemptTables } from './memory-attempt.store';

describeAttemptStore('in memory', async () => {
  const tables = new MemoryAttemptTables();
  const progress = new MemoryProgress(new VirtualRuntime());
  return {
    store: new MemoryAttemptStore(tables, new MemoryOutbox(), progress),
    begin: async () => undefined,
    position: (partition) => progress.position('assessment', TOPICS.attempts.name, partition),
    outbox: async () => [...tables.eventIds],
    addPendingFinish: async ({ eventId, attemptId, atMs, dueAtMs }) => {
      const [at, dueAt] = [isoTime(atMs), isoTime(dueAtMs)];
      tables.pendingFinishes.set(eventId, {
        eventId,
        attemptId,
        cause: 'forced',
        at,
        dueAt,
        actor: 'tester',
        reasonCode: 'test',
      });
    },
  };
});
