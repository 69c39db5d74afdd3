import { DomainError } from '@app/contracts';

/** Errors that kafkajs takes for final, although making topics again gets over them. */
const SETTLING_TYPES = new Set(['TOPIC_ALREADY_EXISTS', 'UNKNOWN_TOPIC_OR_PARTITION']);
/** How deep a cause may be nested: kafkajs wraps once or twice. */
const DEPTH_MAX = 5;

/**
 * Whether brokers that are given time may get over this: elections, metadata that has not spread, a broker too slow to
 * answer. What is wrong with the request itself is final.
 */
export function isUnsettled(error: unknown, depth = 0): boolean {
  if (depth === DEPTH_MAX || typeof error !== 'object' || error === null) return false;
  // Seen by one broker, not yet by the next.
  if (error instanceof DomainError) return error.code === 'log.topic-missing';
  const { retriable, type, errors, cause } = error as Partial<KafkaError>;
  // kafkajs gives all topics' failures together; one that is final makes the whole final.
  if (Array.isArray(errors)) return errors.length > 0 && errors.every((one) => isUnsettled(one, depth + 1));
  if (type !== undefined && SETTLING_TYPES.has(type)) return true;
  return retriable === true || isUnsettled(cause, depth + 1);
}

interface KafkaError {
  readonly retriable: boolean;
  readonly type: string;
  readonly errors: readonly unknown[];
  readonly cause: unknown;
}
