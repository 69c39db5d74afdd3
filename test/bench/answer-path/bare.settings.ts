import { type EventLog, KafkaEventLog, PostgresEventLog } from '@app/messaging';

/** What both bare programs are told, in the variables that the services read. */
export interface BareSettings {
  readonly port: number;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly tokenKid: string;
  readonly tokenSecret: Buffer;
  readonly commitmentSecret: Buffer;
  readonly receiptPrivateKey: string;
  openLog(): Promise<EventLog>;
}

export function readBareSettings(env: NodeJS.ProcessEnv): BareSettings {
  const [tokenKid = '', tokenSecret = ''] = (env.PETABAKAT_ATTEMPT_TOKEN_KEYS ?? '').split(':');
  const databaseUrl = env.PETABAKAT_DATABASE_URL ?? '';
  return {
    port: Number(env.PORT),
    databaseUrl,
    redisUrl: env.PETABAKAT_REDIS_URL ?? '',
    tokenKid,
    tokenSecret: Buffer.from(tokenSecret, 'base64'),
    commitmentSecret: Buffer.from(env.PETABAKAT_COMMITMENT_SECRET ?? '', 'base64'),
    receiptPrivateKey: env.PETABAKAT_RECEIPT_PRIVATE_KEY ?? '',
    openLog: () =>
      env.PETABAKAT_LOG === 'kafka'
        ? KafkaEventLog.open({
            brokers: (env.PETABAKAT_KAFKA_BROKERS ?? '').split(','),
            clientId: 'bare',
            replicationFactor: 1,
            minInSyncReplicas: 1,
          })
        : PostgresEventLog.open({ url: databaseUrl }),
  };
}
