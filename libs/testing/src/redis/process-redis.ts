import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GuardedProcess } from '../parts/guarded-process';
import type { PartSearch } from '../parts/required-part';
import type { RunningRedis } from './local-redis';

export function findRedisProgram(): PartSearch {
  const found = spawnSync('redis-server', ['--version']);
  return found.error ? { found: false, reason: 'there is no redis-server' } : { found: true };
}

/** A server process that keeps nothing. */
export function startProcessRedis(port: number): RunningRedis {
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-redis-'));
  let server = start(port, folder);
  return {
    source: 'process',
    assertAlive() {
      if (server.hasEnded) throw new Error(server.describeEnd());
    },
    kill: () => server.kill(),
    async start() {
      await server.kill();
      server = start(port, folder);
    },
    freeze: () => server.signal('SIGSTOP'),
    unfreeze: () => server.signal('SIGCONT'),
    async stop() {
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
