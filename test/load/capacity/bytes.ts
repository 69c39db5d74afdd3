import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS, decodeRecord } from '@app/contracts';
import { EmbeddedPostgres, migrate } from '@app/database';
import { BatchTransaction, type EventLog, PositionStore, PostgresEventLog, systemRuntime } from '@app/messaging';
import { InProcessAttemptViews } from '@app/views';
import { createAssessmentDataSource } from '../../../apps/assessment/src/assessment.module';
import { AttemptBatchService } from '../../../apps/assessment/src/attempts/attempt-batch.service';
import { AttemptsRepository } from '../../../apps/assessment/src/attempts/attempts.repository';
import { SqlAttemptStore } from '../../../apps/assessment/src/attempts/sql-attempt.store';
import { answerOf, startTestGateway, tokenOf } from '../../../apps/gateway/test/gateway.harness';
import { AnswerFeeder } from '../../bench/answer-path/answer.feeder';
import { storedBytes } from '../platform/stored-bytes';
import type { AnswerBytes } from './measured.files';

const FOLDER_MODE = 0o711;
const GROUP = 'bytes';
const TOPIC = TOPICS.attempts.name;
/** Six of each of two thousand attempts. */
const ANSWERS = 12_000;
const SAMPLE_RECORDS = 2_000;
/** As many records as a partition brings at a thousand answers a second. */
const BATCH_RECORDS = 10;

/** What an answer leaves on disk and sends over the wire. Bytes are bytes on any machine, however busy. */
export async function measureBytes(): Promise<AnswerBytes> {
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-bytes-'));
  chmodSync(folder, FOLDER_MODE);
  const postgres = await EmbeddedPostgres.start({ dataDir: join(folder, 'postgres') });
  const dataSource = createAssessmentDataSource(postgres.url);
  const log = await PostgresEventLog.open({ url: postgres.url });
  try {
    await log.createTopics([TOPICS.attempts]);
    await migrate(dataSource);
    const store = new SqlAttemptStore(dataSource, new BatchTransaction(dataSource), new AttemptsRepository());
    const positions = new PositionStore(dataSource, systemRuntime);
    const feeder = new AnswerFeeder();
    await feeder.startAttempts(log);
    // Compilers warm up before anything is counted.
    await feeder.fill(log, ANSWERS);
    await applyAll(log, store, positions);
    const before = await storedBytes(postgres.url);
    await feeder.fill(log, ANSWERS);
    const consumerMicroseconds = Math.round((await applyAll(log, store, positions)) / ANSWERS);
    const after = await storedBytes(postgres.url);
    const each = (of: 'log' | 'tables' | 'writtenAhead') => Math.round((after[of] - before[of]) / ANSWERS);
    const record = Math.round(await meanRecordBytes(log));
    const own = { log: each('log'), tables: each('tables'), writtenAhead: each('writtenAhead') };
    return { ...own, record, exchange: await exchangeBytes(), consumerMicroseconds };
  } finally {
    await log.close();
    await dataSource.destroy();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As the consumer does, all partitions side by side, a few records of each at a time. @returns its CPU in microseconds */
async function applyAll(log: EventLog, store: SqlAttemptStore, positions: PositionStore): Promise<number> {
  const service = new AttemptBatchService(store, new InProcessAttemptViews());
  const before = process.cpuUsage();
  const ends = await log.ranges(TOPIC);
  const next = new Map<number, number>();
  for (const partition of ends.keys()) next.set(partition, await positions.position(GROUP, TOPIC, partition));
  for (;;) {
    const behind = [...next].filter(([partition, offset]) => offset < ends.get(partition)!.endOffset);
    if (behind.length === 0) break;
    const applied = await Promise.all(
      behind.map(
        async ([partition, offset]) => [partition, await applyBatch(log, service, partition, offset)] as const,
      ),
    );
    for (const [partition, offset] of applied) next.set(partition, offset);
  }
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** @returns where the next batch begins */
async function applyBatch(
  log: EventLog,
  service: AttemptBatchService,
  partition: number,
  firstOffset: number,
): Promise<number> {
  const records = await log.read(TOPIC, partition, firstOffset, BATCH_RECORDS);
  const events = records.map(({ offset, key, value }) => {
    const decoded = decodeRecord(TOPIC, key, value);
    if (!decoded.ok) throw new Error(decoded.detail);
    return { offset, key, name: decoded.name, event: decoded.event };
  });
  const nextOffset = records.at(-1)!.offset + 1;
  await service.apply({ group: GROUP, topic: TOPIC, partition, firstOffset, nextOffset, events, rejected: [] });
  return nextOffset;
}

async function exchangeBytes(): Promise<number> {
  const gateway = await startTestGateway();
  try {
    const attemptId = '8f8f7d1e-4c1b-4a52-9b3e-0c3f1d2e4a5b';
    const body = JSON.stringify({ answers: [answerOf(1, { itemId: 'item-45' })] });
    const { hostname: host, port } = new URL(gateway.url);
    const request = [
      `POST /v1/attempts/${attemptId}/answers HTTP/1.1`,
      `host: ${host}:${port}`,
      `authorization: Bearer ${tokenOf(attemptId)}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
    return await new Promise((resolve, reject) => {
      const socket = connect({ host, port: Number(port) }, () => socket.write(request));
      socket.once('error', reject);
      socket.once('data', (reply: Buffer) => {
        const status = reply.toString('latin1', 0, 12);
        socket.destroy();
        if (status === 'HTTP/1.1 200') resolve(Buffer.byteLength(request) + reply.length);
        else reject(new Error(`the gateway said ${status}`));
      });
    });
  } finally {
    await gateway.stop();
  }
}

/** Length of the records of answers, keys included, over the ends of all partitions. */
async function meanRecordBytes(log: EventLog): Promise<number> {
  const lengths: number[] = [];
  for (const [partition, { endOffset }] of await log.ranges(TOPICS.attempts.name)) {
    const from = Math.max(0, endOffset - Math.floor(SAMPLE_RECORDS / TOPICS.attempts.partitions));
    for (const { key, value } of await log.read(TOPICS.attempts.name, partition, from, SAMPLE_RECORDS)) {
      if (value.includes('answer.submitted')) lengths.push(Buffer.byteLength(key) + Buffer.byteLength(value));
    }
  }
  return lengths.reduce((sum, one) => sum + one, 0) / Math.max(1, lengths.length);
}
