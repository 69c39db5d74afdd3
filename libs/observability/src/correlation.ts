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

/** As an event carries it, in any record: also in one that is broken, or no event at all. */
const IN_RECORD = /"correlationid":"([0-9a-f-]{36})"/;

/** @param value text of a record @returns the id of the request that it came from, where it says one */
export function correlationIdIn(value: string): string | undefined {
  return IN_RECORD.exec(value)?.[1];
}

let tracesRecords = false;

/** Whether each record that is written or applied gets a line of its own: for looking into one case, not for an exam day. */
export function traceRecords(isOn: boolean): void {
  tracesRecords = isOn;
}

/** Asked before the line is made, thousands of times a second. */
export function isTracingRecords(): boolean {
  return tracesRecords;
}

/** The id of the request or record in work, if there is one. */
export function correlationId(): string | undefined {
  return storage.getStore();
}
