import { type ISocketFactory, Kafka, type KafkaConfig, logLevel, type RetryOptions } from 'kafkajs';
import { Cluster } from './kafkajs.internals';
import { patchRequestQueue } from './request-queue.patch';

/** Where the adapter reports; Nest's Logger fits. kafkajs' own messages go to `debug`. */
export interface LogSink {
  warn(message: string, fields?: object): void;
  debug?(message: string, fields?: object): void;
}

export const silentSink: LogSink = { warn: () => undefined };

export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  readonly logger?: LogSink;
}

/** A broker of the same network accepts in milliseconds; a dead one is to be left quickly for the next. */
const CONNECTION_TIMEOUT_MS = 1_000;
/** A second more than a broker may take to answer (`PRODUCE_TIMEOUT_MS`), so that its own verdict comes first. */
export const REQUEST_TIMEOUT_MS = 6_000;
/** Leaders that moved are also found by the error that follows; this finds new partitions and brokers. */
const METADATA_MAX_AGE_MS = 60_000;

/** Four tries within a second: enough to pass over two dead seed brokers. What takes longer is retried by our own loops, which know their deadline. */
export const SHORT_RETRY: RetryOptions = { initialRetryTime: 100, retries: 3, maxRetryTime: 1_000 };
/**
 * Some 40 s in which a consumer gets over a broker's restart as the member that it was. One that is built anew is a new
 * member, and the group waits for the end of the old one's session before anybody works.
 */
export const CONSUMER_RETRY: RetryOptions = { initialRetryTime: 100, retries: 20, maxRetryTime: 2_000 };

export function kafkaClient(connection: KafkaConnection, retry: RetryOptions, socketFactory?: ISocketFactory): Kafka {
  const logger = connection.logger ?? silentSink;
  if (!patchRequestQueue()) {
    logger.warn('kafkajs is not the version whose idle timer is patched; it may burn CPU when idle');
  }
  return new Kafka({
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    ssl: connection.ssl,
    sasl: connection.sasl,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    retry,
    socketFactory,
    logLevel: logLevel.WARN,
    // Its errors are those of single tries, several a second while leaders move; what they come to is said by us.
    logCreator:
      () =>
      ({ namespace, log: { message, timestamp: _timestamp, logger: _logger, ...fields } }) =>
        logger.debug?.(`kafkajs ${namespace}: ${message}`, fields),
  });
}

/** Connections for reading and looking up, without the group that kafkajs' consumer would need. */
export function kafkaCluster(connection: KafkaConnection, kafka: Kafka, socketFactory: ISocketFactory): Cluster {
  return new Cluster({
    logger: kafka.logger(),
    socketFactory,
    brokers: connection.brokers,
    clientId: connection.clientId,
    ssl: connection.ssl,
    sasl: connection.sasl,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    retry: SHORT_RETRY,
  });
}
