import { dropDatabasesOfRun } from '../../libs/testing/src/postgres/server-databases';
import type { TestRunGlobals } from './global-setup';
import { removeRunFolder } from './run-folder';

/** Ends what the run has started, and leaves a foreign server as it was. */
export default async function globalTeardown(): Promise<void> {
  const container = (globalThis as TestRunGlobals).petabakatPostgres;
  const foreignServer = container ? undefined : process.env.PETABAKAT_TEST_POSTGRES_URL;
  if (foreignServer) await dropDatabasesOfRun(foreignServer);
  if (container) await container.stop();
  if (process.env.PETABAKAT_TEST_RUN) await removeRunFolder(process.env.PETABAKAT_TEST_RUN);
}
