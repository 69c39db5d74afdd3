import type { Runtime } from '../log/runtime';
import type { Cluster } from './kafkajs.internals';

/** Long enough for a partition to get a new leader, short enough for somebody who waits for a page. */
const RETRY_BUDGET_MS = 10_000;
/** A topic that was made a moment ago may not be known to every broker yet; one that does not exist never will be. */
const UNKNOWN_TOPIC_BUDGET_MS = 1_000;
/** The metadata of a new topic spread in tens of milliseconds. */
const FIRST_DELAY_MS = 50;
/** An election that is not over after a second is seldom over in the next tenth. */
const DELAY_MS_MAX = 1_000;

/** Repeats a look-up or a read, with fresh metadata, while the brokers settle who leads what. */
export async function withFreshMetadata<T>(cluster: Cluster, runtime: Runtime, run: () => Promise<T>): Promise<T> {
  const startedAtMs = runtime.monotonicMs();
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, DELAY_MS_MAX)) {
    try {
      return await run();
    } catch (error) {
      const passedMs = runtime.monotonicMs() - startedAtMs + delayMs;
      if (passedMs > budgetMs(error as Error)) throw error;
      // One missing topic fails the metadata of all: every caller names its own again.
      if (isUnknownTopic(error as Error)) cluster.targetTopics.clear();
      await runtime.sleep(delayMs);
      // Its failure shows again in the next try, which is the one that counts.
      await cluster.refreshMetadata().catch(() => undefined);
    }
  }
}

export function isUnknownTopic(error: Error): boolean {
  return typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
}

export function isOutOfRange(error: Error): boolean {
  return error.name === 'KafkaJSOffsetOutOfRange' || typeOf(error) === 'OFFSET_OUT_OF_RANGE';
}

function budgetMs(error: Error): number {
  if (isUnknownTopic(error)) return UNKNOWN_TOPIC_BUDGET_MS;
  return (error as { retriable?: boolean }).retriable === false || isOutOfRange(error) ? 0 : RETRY_BUDGET_MS;
}

function typeOf(error: Error): string | undefined {
  return (error as { type?: string }).type;
}
