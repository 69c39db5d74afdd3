import { join } from 'node:path';
import { EmbeddedPostgres } from '@app/database';
import { oncePerRun, runFolder } from './test-run';

/** Where the tests find their server; set from outside, or by the global set-up where a Docker daemon answers. */
const URL_VARIABLE = 'PETABAKAT_TEST_POSTGRES_URL';

/** As safe as in production, but small: several test runs may share a machine. */
const TEST_SETTINGS = { shared_buffers: '128MB', max_wal_size: '1GB', min_wal_size: '80MB', max_connections: '300' };

/** URL of a superuser on a server of this run, or on the one named by the environment. */
export function postgresServerUrl(): Promise<string> {
  const given = process.env[URL_VARIABLE];
  if (given) return Promise.resolve(given);
  return oncePerRun('postgres', async () => {
    const server = await EmbeddedPostgres.start({ dataDir: join(runFolder(), 'postgres'), settings: TEST_SETTINGS });
    return server.url;
  });
}
