import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<string>();

/** Everything that the work does, however late, knows this id: logs, events and calls to other services carry it. */
export function runWithCorrelation<T>(id: string, work: () => T): T {
  return storage.run(id, work);
}

const byRequest = new WeakMap<object, string>();

/** Keeps the id with the request itself, for whoever has the request at hand. */
export function correlateRequest(request: object, id: string): void {
  byRequest.set(request, id);
}

/** @param request the raw one, which all that stand around it share */
export function correlationIdOf(request: object): string | undefined {
  return byRequest.get(request);
}

/** The id of the request or record in work, if there is one. */
export function correlationId(): string | undefined {
  return storage.getStore();
}
