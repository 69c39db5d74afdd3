import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningService } from '@app/bootstrap';
import { TOPICS } from '@app/contracts';
import { EmbeddedPostgres } from '@app/database';
import { PostgresEventLog } from '@app/messaging';
import { freePort, requirePart } from '@app/testing';
import { Client } from 'pg';
import { GatewayConfig } from '../src/config';
import { startGateway } from '../src/start-gateway';
import { CONFIG, answerOf, post } from './gateway.harness';
import { type SystemCall, SyscallTrace, findStrace, parseTrace } from './syscall-trace';

jest.setTimeout(120_000);

const ONE_BY_ONE = 15;
const AT_ONCE = 15;

interface Acknowledged {
  readonly attemptId: string;
  /** When the receipt had come, in milliseconds since 1970. */
  readonly atMs: number;
}

/**
 * Whether the trace shows, between the moment when the server had read the answer and the one when it replied, that
 * the write-ahead log was written and then flushed to the disk, by whichever of its processes.
 */
function isProven(calls: readonly SystemCall[], { attemptId, atMs }: Acknowledged): boolean {
  const request = calls.find(({ name, text }) => name === 'recvfrom' && text.includes(attemptId));
  if (!request) throw new Error(`the trace does not show how ${attemptId} came to the server`);
  const reply = calls.find(({ pid, name, beganAt }) => {
    return pid === request.pid && name === 'sendto' && beganAt > request.endedAt;
  });
  if (!reply) throw new Error(`the trace does not show the reply to ${attemptId}`);
  const between = (call: SystemCall) => call.beganAt > request.endedAt && call.endedAt < reply.beganAt;
  const isOfLog = ({ text }: SystemCall) => text.includes('/pg_wal/');
  const write = calls.find((call) => call.name.startsWith('pwrite') && isOfLog(call) && between(call));
  const flush = calls.find(
    (call) =>
      ['fdatasync', 'fsync'].includes(call.name) &&
      isOfLog(call) &&
      call.text.trimEnd().endsWith('= 0') &&
      between(call) &&
      write !== undefined &&
      call.beganAt > write.endedAt,
  );
  return flush !== undefined && flush.endedAtMs <= atMs;
}

const describeTraced = requirePart('strace', findStrace);

describeTraced('an acknowledgement on the PostgreSQL log', () => {
  let folder: string;
  let server: EmbeddedPostgres;
  let gateway: RunningService;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'petabakat-strace-'));
    chmodSync(folder, 0o755);
    server = await EmbeddedPostgres.start({ dataDir: join(folder, 'data'), settings: { shared_buffers: '64MB' } });
    const log = await PostgresEventLog.open({ url: server.url });
    await log.createTopics([TOPICS.attempts]);
    await log.close();
    const nobody = `http://127.0.0.1:${await freePort()}`;
    gateway = await startGateway(
      Object.assign(new GatewayConfig(), CONFIG, {
        databaseUrl: server.url,
        log: 'postgres',
        assessmentUrl: nobody,
        scoringUrl: nobody,
        schedulerUrl: nobody,
      }),
    );
  });

  afterAll(async () => {
    await gateway?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function acknowledge(): Promise<Acknowledged> {
    const attemptId = `attempt-${randomUUID()}`;
    const { status } = await post(gateway, [answerOf(1)], { attemptId });
    expect(status).toBe(200);
    return { attemptId, atMs: performance.timeOrigin + performance.now() };
  }

  /** Answers one after the other, each an append of its own, and some that share appends. */
  async function acknowledgedUnderTrace(name: string): Promise<{ answers: Acknowledged[]; calls: SystemCall[] }> {
    await acknowledge();
    const trace = await SyscallTrace.attach(server.pid, join(folder, name));
    const answers: Acknowledged[] = [];
    for (let nth = 0; nth < ONE_BY_ONE; nth++) answers.push(await acknowledge());
    answers.push(...(await Promise.all(Array.from({ length: AT_ONCE }, acknowledge))));
    return { answers, calls: await trace.detach() };
  }

  test('comes after the write-ahead log was flushed to the disk', async () => {
    const { answers, calls } = await acknowledgedUnderTrace('durable.trace');
    expect(answers).toHaveLength(ONE_BY_ONE + AT_ONCE);
    expect(answers.filter((answer) => !isProven(calls, answer))).toEqual([]);
  });

  test('would not, were synchronous_commit off: the trace tells the difference', async () => {
    // Below the check of the start: settings of a database reach connections that are made later.
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query('ALTER DATABASE petabakat SET synchronous_commit = off');
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'petabakat log' AND datname = current_database()`,
    );
    await client.end();
    const { answers, calls } = await acknowledgedUnderTrace('asynchronous.trace');
    // The server's own writer may flush just then; it does so five times a second.
    const proven = answers.filter((answer) => isProven(calls, answer));
    expect(proven.length).toBeLessThan(answers.length / 2);
  });

  test('is refused at the start with synchronous_commit off', async () => {
    await expect(PostgresEventLog.open({ url: server.url })).rejects.toMatchObject({ code: 'log.unsafe-setting' });
  });
});

describe('a trace of system calls', () => {
  test('joins what another process has overtaken', () => {
    const text = [
      '11 100.000001 recvfrom(9<socket:[1]>, "attempt-1", 8192, 0, NULL, NULL) = 9',
      '11 100.000002 fdatasync(5</data/pg_wal/000000010000000000000001> <unfinished ...>',
      '12 100.000003 sendto(9<socket:[2]>, "x", 1, 0, NULL, 0) = 1',
      '11 100.000004 <... fdatasync resumed>)   = 0 <0.000002>',
      '12 100.000005 fsync(5</data/pg_wal/000000010000000000000001>) = 0 <0.002000>',
    ].join('\n');
    expect(parseTrace(text)).toMatchObject([
      { pid: 11, name: 'recvfrom', beganAt: 0, endedAt: 0 },
      { pid: 12, name: 'sendto', beganAt: 2 },
      { pid: 11, name: 'fdatasync', beganAt: 1, endedAt: 3, text: expect.stringMatching(/pg_wal.*= 0$/) },
      { pid: 12, name: 'fsync', endedAtMs: expect.closeTo(100_002.005, 2) },
    ]);
  });
});
