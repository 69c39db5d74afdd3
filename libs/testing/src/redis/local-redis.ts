import { connect } from 'node:net';
import { findDocker } from '../parts/docker';
import { freePort } from '../parts/free-port';
import type { PartSearch } from '../parts/required-part';
import { startDockerRedis } from './docker-redis';
import { findRedisProgram, startProcessRedis } from './process-redis';

export interface LocalRedisOptions {
  /** The test will kill, freeze or empty it: never take one that the environment names, it is somebody's. */
  readonly harmed?: boolean;
}

export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  readonly source: 'environment' | 'docker' | 'process';
  /** SIGKILL; everything in it is lost, as it keeps nothing on disk. */
  kill(): Promise<void>;
  /** An empty one on the same port. */
  restart(): Promise<void>;
  freeze(): void;
  unfreeze(): void;
  stop(): Promise<void>;
}

/** What the ways of running a Redis have in common. */
export interface RunningRedis extends Pick<LocalRedis, 'freeze' | 'kill' | 'source' | 'stop' | 'unfreeze'> {
  /** After `kill`. */
  start(): Promise<void>;
  /** Throws when a server that should run has ended. */
  assertAlive(): void;
}

const URL_VARIABLE = 'PETABAKAT_TEST_REDIS_URL';
const READY_TIMEOUT_MS = 10_000;
const READY_POLL_MS = 20;

/** For `requirePart('Redis', findRedis)`. */
export function findRedis(options: LocalRedisOptions = {}): PartSearch {
  if (givenUrl(options) !== null || findDocker().found) return { found: true };
  const program = findRedisProgram();
  if (program.found) return program;
  return { found: false, reason: `no Redis is given, no Docker daemon answers, and ${program.reason}` };
}

/** A real Redis: the one that the environment names, else in Docker, else a local program. */
export async function localRedis(options: LocalRedisOptions = {}): Promise<LocalRedis> {
  const given = givenUrl(options);
  if (given !== null) return new GivenRedis(given);
  const port = await freePort();
  const running = await startRedis(port);
  try {
    await untilReady(running, port);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    source: running.source,
    kill: () => running.kill(),
    async restart() {
      await running.start();
      await untilReady(running, port);
    },
    freeze: () => running.freeze(),
    unfreeze: () => running.unfreeze(),
    stop: () => running.stop(),
  };
}

function givenUrl({ harmed }: LocalRedisOptions): string | null {
  return harmed ? null : (process.env[URL_VARIABLE] ?? null);
}

/** A daemon that answers may still be unable to get the image. */
async function startRedis(port: number): Promise<RunningRedis> {
  if (!findDocker().found) return startProcessRedis(port);
  try {
    return await startDockerRedis(port);
  } catch (error) {
    if (!findRedisProgram().found) throw error;
    return startProcessRedis(port);
  }
}

/** Somebody else's server: used, never harmed. */
class GivenRedis implements LocalRedis {
  readonly source = 'environment';
  readonly port: number;

  constructor(readonly url: string) {
    this.port = Number(new URL(url).port || 6379);
  }

  kill = () => Promise.reject(refusal());
  restart = () => Promise.reject(refusal());

  freeze(): void {
    throw refusal();
  }

  unfreeze(): void {
    throw refusal();
  }

  async stop(): Promise<void> {}
}

function refusal(): Error {
  return new Error('this Redis was given by the environment; ask localRedis for { harmed: true }');
}

async function untilReady(server: RunningRedis, port: number): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    server.assertAlive();
    if (await answersPing(port)) return;
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  throw new Error(`Redis did not answer within ${READY_TIMEOUT_MS} ms`);
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
    socket.once('close', () => finish(false));
    socket.once('data', (data) => finish(data.toString().startsWith('+PONG')));
  });
}
