import type { StartedPostgreSqlContainer } from '@testcontainers/postgresql';
import { startDockerPostgres } from './docker-postgres';
import { makeRunFolder, removeAbandonedRunFolders } from './run-folder';

/** What the tear-down, which Jest runs in the same process, has to end. */
export interface TestRunGlobals {
  petabakatPostgres?: StartedPostgreSqlContainer | null;
}

/**
 * Finds PostgreSQL for the tests: the environment's, else a container, else an embedded server that the first worker in
 * need starts in the run's folder.
 */
export default async function globalSetup(): Promise<void> {
  await removeAbandonedRunFolders();
  process.env.PETABAKAT_TEST_RUN = await makeRunFolder();
  if (process.env.PETABAKAT_TEST_POSTGRES_URL) return;
  const container = await startDockerPostgres();
  if (!container) return;
  (globalThis as TestRunGlobals).petabakatPostgres = container;
  process.env.PETABAKAT_TEST_POSTGRES_URL = container.getConnectionUri();
}
