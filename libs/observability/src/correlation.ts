import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<string>();

/** Everything that the work does, however late, knows this id: logs, events and calls to other services carry it. */
export function runWithCorrelation<T>(id: string, work: () => T): T {
  return storage.run(id, work);
}

/** The id of the request or record in work, if there is one. */
export function correlationId(): string | undefined {
  return storage.getStore();
}
