import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../parts/free-port';
import { GuardedProcess } from '../parts/guarded-process';
import type { PartSearch } from '../parts/required-part';

export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  /** SIGKILL; everything in it is lost, as it keeps nothing on disk. */
  kill(): Promise<void>;
  /** An empty one on the same port. */
  restart(): Promise<void>;
  freeze(): void;
  unfreeze(): void;
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 10_000;
const READY_POLL_MS = 20;

/** For `requirePart('Redis', findRedis)`. */
export function findRedis(): PartSearch {
  const found = spawnSync('redis-server', ['--version']);
  return found.error ? { found: false, reason: 'there is no redis-server' } : { found: true };
}

/** A Redis of our own on a free port: tests flush and kill it, so it is never one that somebody else uses. */
export async function localRedis(): Promise<LocalRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-redis-'));
  let server = start(port, folder);
  await untilReady(server, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => server.kill(),
    restart: async () => {
      await server.kill();
      server = start(port, folder);
      await untilReady(server, port);
    },
    freeze: () => server.signal('SIGSTOP'),
    unfreeze: () => server.signal('SIGCONT'),
    stop: async () => {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function start(port: number, folder: string): GuardedProcess {
  const settings = { port: `${port}`, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
  return GuardedProcess.start({
    command: 'redis-server',
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    outputFile: join(folder, 'output.txt'),
    folder,
  });
}

async function untilReady(server: GuardedProcess, port: number): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    if (server.hasEnded) throw new Error(server.describeEnd());
    if (await answersPing(port)) return;
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  throw new Error(`redis-server did not answer within ${READY_TIMEOUT_MS} ms`);
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(READY_TIMEOUT_MS, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('data', (data) => finish(data.toString().startsWith('+PONG')));
  });
}
