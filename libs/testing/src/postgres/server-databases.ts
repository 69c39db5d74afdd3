import { Client } from 'pg';
import { runName } from './test-run';

/** Removes what a run has left on a server that outlives it. */
export async function dropDatabasesOfRun(serverUrl: string): Promise<void> {
  await onServer(serverUrl, async (client) => {
    const found = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [`${runName()}_`],
    );
    for (const { datname } of found.rows) await client.query(dropStatement(datname));
  });
}

export function dropStatement(name: string): string {
  return `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`;
}

/** Runs work on a connection of its own. */
export async function onServer<T>(serverUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: serverUrl });
  client.on('error', () => {}); // Also fails the query that is running; unheard it would end the worker.
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
