import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { PartSearch } from './required-part';

const run = promisify(execFile);

/** A daemon that answers does so at once. */
const DAEMON_TIMEOUT_MS = 5_000;

let answer: PartSearch | null = null;

/** Whether a Docker daemon answers; asked once per process. */
export function findDocker(): PartSearch {
  answer ??= askDaemon();
  return answer;
}

function askDaemon(): PartSearch {
  if (process.env.PETABAKAT_TEST_DOCKER === 'off') return { found: false, reason: 'PETABAKAT_TEST_DOCKER is off' };
  const asked = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: DAEMON_TIMEOUT_MS });
  return asked.status === 0 ? { found: true } : { found: false, reason: 'no Docker daemon answers' };
}

/** What the container library has no call for: a container that comes back on its old address, and one that hangs. */
export type ContainerCommand = 'kill' | 'start' | 'pause' | 'unpause';

export async function commandContainer(command: ContainerCommand, containerId: string): Promise<void> {
  await run('docker', [command, containerId]);
}

/** Returns once it is done, for what a test must have before its next line. */
export function commandContainerNow(command: ContainerCommand, containerId: string): void {
  const { status, stderr } = spawnSync('docker', [command, containerId], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`docker ${command}: ${stderr}`);
}
