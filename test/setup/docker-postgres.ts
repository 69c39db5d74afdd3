import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { StartedPostgreSqlContainer } from '@testcontainers/postgresql';

/** The major version that the embedded server has too. */
const IMAGE = 'postgres:18-alpine';
const MAX_CONNECTIONS = 300;

/** A PostgreSQL container, or null where no Docker daemon answers. */
export async function startDockerPostgres(): Promise<StartedPostgreSqlContainer | null> {
  if (!mayHaveDocker()) return null;
  const { getContainerRuntimeClient } = await import('testcontainers');
  const answers = await getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
  if (!answers) return null;
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  return new PostgreSqlContainer(IMAGE).withCommand(['-c', `max_connections=${MAX_CONNECTIONS}`]).start();
}

/** Loading the container library takes a second, too long for a run of pure tests on a machine without Docker. */
function mayHaveDocker(): boolean {
  const sockets = [
    '/var/run/docker.sock',
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
    join(process.env.XDG_RUNTIME_DIR ?? '/nowhere', 'docker.sock'),
  ];
  return process.env.DOCKER_HOST !== undefined || sockets.some((path) => existsSync(path));
}
