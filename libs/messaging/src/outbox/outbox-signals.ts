import type { DataSource, EntityManager } from 'typeorm';

/**
 * Hints between the parts of one process that share a data source: a commit wakes the relay, a publication wakes those
 * who wait for it. Only hints: polling finds everything that another process did.
 */
type Listener = () => void;

class Signal {
  private readonly listeners = new WeakMap<DataSource, Set<Listener>>();

  subscribe(dataSource: DataSource, listener: Listener): () => void {
    const known = this.listeners.get(dataSource) ?? new Set<Listener>();
    this.listeners.set(dataSource, known.add(listener));
    return () => known.delete(listener);
  }

  emit(dataSource: DataSource): void {
    for (const listener of this.listeners.get(dataSource) ?? []) listener();
  }
}

const committed = new Signal();
const published = new Signal();

/** Call after a commit that may have added outbox rows. */
export const wakeOutbox = (dataSource: DataSource): void => committed.emit(dataSource);
export const onOutboxWake = (dataSource: DataSource, listener: Listener): (() => void) =>
  committed.subscribe(dataSource, listener);

export const announcePublished = (dataSource: DataSource): void => published.emit(dataSource);
export const onPublished = (dataSource: DataSource, listener: Listener): (() => void) =>
  published.subscribe(dataSource, listener);

const writers = new WeakSet<EntityManager>();

/** Remembers that a transaction adds events, so that one that adds none wakes nobody. */
export const noteOutboxWrite = (manager: EntityManager): void => void writers.add(manager);
export const hasOutboxWrite = (manager: EntityManager): boolean => writers.has(manager);
