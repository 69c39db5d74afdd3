import { generateKeyPairSync } from 'node:crypto';
import { AttemptTokens, protectRoutes } from '@app/access';
import { DatabaseClock, createHttpApplication, listen } from '@app/bootstrap';
import { type CloudEvent, type AnswerSubmitted, SEQ_EPOCH_FACTOR, TOPICS, decodeRecord } from '@app/contracts';
import { type EventLog, MemoryEventLog, type Runtime, systemRuntime } from '@app/messaging';
import { InProcessAttemptViews } from '@app/views';
import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { GatewayModule, type GatewayModuleOptions } from '../src/gateway.module';
import { describeApp } from '../src/openapi/describe-app';

export const TOKEN_SECRET = Buffer.alloc(32, 1);
export const tokens = new AttemptTokens([{ kid: 't1', secret: TOKEN_SECRET }]);
export const SESSION_MS = 3_600_000;

const receiptKeys = generateKeyPairSync('ed25519');

export const CONFIG: GatewayModuleOptions['config'] = {
  answerQueueRecordsMax: 4_000,
  answerRateBurst: 1_000,
  answerRatePerSecond: 1_000,
  attemptTokenKeys: [`t1:${TOKEN_SECRET.toString('base64')}`],
  commitmentSecret: Buffer.alloc(32, 2).toString('base64'),
  eventLoopDelayMaxMs: 60_000,
  receiptFurtherKeys: '[]',
  receiptKeyId: 'test',
  receiptPrivateKey: receiptKeys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
};

export const receiptPublicKey = receiptKeys.publicKey;

export interface HarnessOptions {
  readonly log?: EventLog;
  readonly runtime?: Runtime;
  readonly config?: Partial<GatewayModuleOptions['config']>;
  readonly describedUpstreams?: readonly string[];
  readonly readDatabaseClock?: () => Promise<number>;
  /** Runs on the app before it listens. */
  readonly prepare?: (app: NestFastifyApplication) => void;
}

export interface Gateway {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly log: EventLog;
  readonly views: InProcessAttemptViews;
  stop(): Promise<void>;
}

/** A gateway as its process runs it, on a log in memory and without Redis. */
export async function startTestGateway(options: HarnessOptions = {}): Promise<Gateway> {
  const log = options.log ?? (await memoryLog());
  const views = new InProcessAttemptViews();
  const runtime = options.runtime ?? systemRuntime;
  const read = options.readDatabaseClock ?? (async () => runtime.nowMs());
  const module = GatewayModule.register({
    config: { ...CONFIG, ...options.config },
    log,
    runtime,
    views,
    describedUpstreams: options.describedUpstreams,
    clock: new DatabaseClock({ read, close: () => Promise.resolve() }, runtime),
  });
  const app = await createHttpApplication(module, { name: 'gateway', bodyLimitBytes: 1_024, logger: SILENT });
  protectRoutes(app, { staff: null, attemptTokens: tokens });
  options.prepare?.(app);
  describeApp(app);
  const url = await listen(app, { host: '127.0.0.1', port: 0 });
  return { app, url, log, views, stop: () => app.close() };
}

export async function memoryLog(): Promise<MemoryEventLog> {
  const log = new MemoryEventLog();
  await log.createTopics([TOPICS.attempts]);
  return log;
}

export function tokenOf(attemptId: string, epoch = 1): string {
  return tokens.issue({ attemptId, epoch, sessionId: 's-1', expiresAtMs: Date.now() + SESSION_MS });
}

export interface TestAnswer {
  readonly itemId: string;
  readonly seq: number;
  readonly response: unknown;
  readonly answeredAt: string;
}

export function answerOf(counter: number, change: object = {}): TestAnswer {
  return {
    itemId: 'item-1',
    seq: SEQ_EPOCH_FACTOR + counter,
    response: 'B',
    answeredAt: '2026-01-05T09:00:00+07:00',
    ...change,
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // What a test expects of a reply it says by its matchers.
  readonly body: Record<string, unknown>;
}

export interface Post {
  readonly attemptId?: string;
  readonly token?: string | null;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** Posts answers as the participant of the attempt, or whatever a test wants to differ. */
export async function post(
  gateway: Pick<Gateway, 'url'>,
  answers: readonly object[],
  change: Post = {},
): Promise<Reply> {
  const attemptId = change.attemptId ?? 'attempt-1';
  const token = change.token === undefined ? tokenOf(attemptId) : change.token;
  const response = await fetch(`${gateway.url}/v1/attempts/${attemptId}/answers`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...change.headers,
    },
    body: change.body ?? JSON.stringify({ answers }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Reply['body'] };
}

/** Every answer in the log, over all partitions. */
export async function recorded(log: EventLog): Promise<CloudEvent<AnswerSubmitted>[]> {
  const ranges = await log.ranges(TOPICS.attempts.name);
  const events: CloudEvent<AnswerSubmitted>[] = [];
  for (const partition of ranges.keys()) {
    for (const { key, value } of await log.read(TOPICS.attempts.name, partition, 0, 10_000)) {
      const decoded = decodeRecord(TOPICS.attempts.name, key, value);
      if (!decoded.ok) throw new Error(`the log holds what is no event: ${decoded.detail}`);
      events.push(decoded.event as CloudEvent<AnswerSubmitted>);
    }
  }
  return events;
}

const SILENT: LoggerService = { log() {}, error() {}, warn() {}, debug() {}, verbose() {}, fatal() {} };
