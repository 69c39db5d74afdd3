import { type OutboxEvent, type OutboxWaiter, addToOutbox } from '@app/messaging';
import type { DataSource, EntityManager } from 'typeorm';

/** How long a command waits until the log has its event; the event goes out even if nobody waits any more. */
const PUBLISH_TIMEOUT_MS = 8_000;

/**
 * The one way by which a command becomes an event: through the outbox, in the transaction that decides it. A command
 * replies after its event stands in the log, so a start precedes every answer.
 */
export class ControlEventPublisher {
  constructor(
    private readonly dataSource: DataSource,
    private readonly waiter: OutboxWaiter,
  ) {}

  /** Runs the work in a transaction and waits until the events that it returns are in the log. */
  async publish<T>(
    work: (manager: EntityManager) => Promise<{ events: readonly OutboxEvent[]; result: T }>,
  ): Promise<T> {
    const { events, result } = await this.dataSource.transaction(async (manager) => {
      const decided = await work(manager);
      await addToOutbox(manager, decided.events);
      return decided;
    });
    if (events.length > 0) {
      await this.waiter.published(
        events.map(({ event }) => event.id),
        PUBLISH_TIMEOUT_MS,
      );
    }
    return result;
  }
}
