import {
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { FromEnv, SecretFromEnv } from './config.decorators';

const POSTGRES_URL = {
  protocols: ['postgres', 'postgresql'],
  require_protocol: true,
  require_tld: false,
  require_valid_protocol: true,
};

/** What every service process is told: where it listens, its database, its log. */
export class ServiceConfig {
  @FromEnv('HOST', 'address to listen on')
  @IsString()
  host: string = '127.0.0.1';

  @FromEnv('PORT', 'port to listen on; 0 takes a free one')
  @IsInt()
  @Min(0)
  @Max(65_535)
  port: number = 0;

  @FromEnv(
    'PETABAKAT_LOG_LEVEL',
    'lowest level that is logged: debug, which has a line for each record, log, warn or error',
  )
  @IsIn(['debug', 'log', 'warn', 'error'])
  logLevel: string = 'log';

  @SecretFromEnv('PETABAKAT_DATABASE_URL', 'postgres://user:password@host:port/database')
  @IsUrl(POSTGRES_URL, { message: 'must be a PostgreSQL URL' })
  databaseUrl: string;

  @FromEnv('PETABAKAT_LOG', 'kafka or postgres')
  @IsIn(['kafka', 'postgres'])
  log: string = 'kafka';

  @FromEnv('PETABAKAT_KAFKA_BROKERS', 'host:port of brokers, separated by commas')
  @ValidateIf((config: ServiceConfig) => config.log === 'kafka')
  @IsArray()
  @ArrayMinSize(1)
  @Matches(/^[^\s:,]+:\d{1,5}$/, { each: true, message: 'must be a list of host:port' })
  kafkaBrokers: string[];

  @FromEnv('PETABAKAT_KAFKA_REPLICATION_FACTOR', 'copies of each record: 3 in production')
  @IsIn([1, 3])
  kafkaReplicationFactor: number = 1;

  @FromEnv('PETABAKAT_KAFKA_MIN_IN_SYNC_REPLICAS', 'copies written before a record is acknowledged: 2 of 3')
  @IsIn([1, 2])
  kafkaMinInSyncReplicas: number = 1;

  /** Zero where nobody asks whether the process is ready; at most what a stop has time for besides. */
  @FromEnv(
    'PETABAKAT_DRAIN_SECONDS',
    'how long a stopping process still takes requests while it says that it is not ready, and ends connections',
  )
  @IsInt()
  @Min(0)
  @Max(10)
  drainSeconds: number = 0;
}

/** `kid:base64` pairs: a key of 32 bytes or more each. */
const KEY_LIST = /^[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/=_-]{43,}$/;

/** What the services that participants talk to share: tokens, commitments, views. */
export class ParticipantServiceConfig extends ServiceConfig {
  @SecretFromEnv(
    'PETABAKAT_ATTEMPT_TOKEN_KEYS',
    'kid:base64 of 32 bytes or more; the first signs, a second one is still accepted',
  )
  @IsArray()
  @ArrayMinSize(1)
  @Matches(KEY_LIST, { each: true, message: 'must be a list of kid:base64, 32 bytes or more each' })
  attemptTokenKeys: string[];

  @SecretFromEnv('PETABAKAT_COMMITMENT_SECRET', 'base64 of 32 bytes or more')
  @Matches(/^[A-Za-z0-9+/=_-]{43,}$/, { message: 'must be base64 of 32 bytes or more' })
  commitmentSecret: string;

  @FromEnv('PETABAKAT_REDIS_URL', 'redis://host:port; without it attempt views stay in the process')
  @IsOptional()
  @IsUrl(
    { protocols: ['redis', 'rediss'], require_protocol: true, require_tld: false },
    { message: 'must be a Redis URL' },
  )
  redisUrl?: string;
}

/** @returns the keys of a `kid:base64` list, in its order */
export function parseKeys(list: readonly string[]): { kid: string; secret: Buffer }[] {
  return list.map((entry) => {
    const colon = entry.indexOf(':');
    return { kid: entry.slice(0, colon), secret: Buffer.from(entry.slice(colon + 1), 'base64') };
  });
}
