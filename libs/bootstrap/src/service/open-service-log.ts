import { Logger } from '@nestjs/common';
import { type EventLog, KafkaEventLog, PostgresEventLog } from '@app/messaging';
import type { ServiceConfig } from '../config/service.config';

type LogConfig = Pick<
  ServiceConfig,
  'databaseUrl' | 'kafkaBrokers' | 'kafkaMinInSyncReplicas' | 'kafkaReplicationFactor' | 'log'
>;

/** The log that the configuration names. */
export function openServiceLog(config: LogConfig, clientId: string): Promise<EventLog> {
  if (config.log === 'postgres') return PostgresEventLog.open({ url: config.databaseUrl });
  return KafkaEventLog.open({
    brokers: [...config.kafkaBrokers],
    clientId,
    replicationFactor: config.kafkaReplicationFactor as 1 | 3,
    minInSyncReplicas: config.kafkaMinInSyncReplicas as 1 | 2,
    logger: new Logger('Kafka'),
  });
}
