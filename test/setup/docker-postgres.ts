import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { StartedPostgreSqlContainer } from '@testcontainers/postgresql';

/** The major version that the embedded server has too. */
const IMAGE = 'postgres:18-alpine';
const MAX_CONNECTIONS = 300;

/** A PostgreSQL container, or null where no Docker daemon answers, or one that cannot get the image. */
export async function startDockerPostgres(): Promise<StartedPostgreSqlContainer | null> {
  if (!mayHaveDocker()) return null;
  const { getContainerRuntimeClient } = await import('testcontainers');
  const answers = await getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
  if (!answers) return null;
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const container = new PostgreSqlContainer(IMAGE).withCommand(['-c', `max_connections=${MAX_CONNECTIONS}`]);
  return container.start().catch((error: unknown) => {
    process.stderr.write(`Docker answers but starts no ${IMAGE}, so the embedded server is used: ${String(error)}\n`);
    return null;
  });
}

/** Loading the container library takes a second, too long for a run of pure tests on a machine without Docker. */
function mayHaveDocker(): boolean {
  if (process.env.PETABAKAT_TEST_DOCKER === 'off') return false;
  const sockets = [
    '/var/run/docker.sock',
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
    join(process.env.XDG_RUNTIME_DIR ?? '/nowhere', 'docker.sock'),
  ];
  return process.env.DOCKER_HOST !== undefined || sockets.some((path) => existsSync(path));
}
