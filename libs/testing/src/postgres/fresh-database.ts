import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { postgresServerUrl } from './postgres-server';
import { dropStatement, onServer } from './server-databases';
import { runName } from './test-run';

/** Any number that nothing else locks on the maintenance database. */
const TEMPLATE_LOCK = 0x74657374;
const NAME_BYTES = 6;

export interface DatabaseTemplate {
  /** The same name means the same content. */
  readonly name: string;
  /** Fills the template: runs migrations, imports what every test needs. Must close its connections. */
  prepare(url: string): Promise<unknown>;
}

export interface FreshDatabase {
  readonly url: string;
  /** Ends the connections that are left and removes the database. */
  drop(): Promise<void>;
}

/** A database for one spec file, empty or copied from a template that is prepared once per run. */
export async function freshDatabase(options: { template?: DatabaseTemplate } = {}): Promise<FreshDatabase> {
  const serverUrl = await postgresServerUrl();
  const name = `${runName()}_${randomBytes(NAME_BYTES).toString('hex')}`;
  if (options.template) await createFromTemplate(serverUrl, name, options.template);
  else await onServer(serverUrl, (client) => client.query(`CREATE DATABASE ${name} STRATEGY file_copy`));
  return {
    url: databaseUrl(serverUrl, name),
    drop: () => onServer(serverUrl, async (client) => void (await client.query(dropStatement(name)))),
  };
}

async function createFromTemplate(serverUrl: string, name: string, template: DatabaseTemplate): Promise<void> {
  const templateName = `${runName()}_template_${template.name.toLowerCase().replace(/[^a-z0-9]/g, '_')}`;
  await onServer(serverUrl, async (client) => {
    // One worker prepares; and nobody copies while another copies, which PostgreSQL would refuse.
    await client.query('SELECT pg_advisory_lock($1, hashtext($2))', [TEMPLATE_LOCK, templateName]);
    await prepareOnce(client, serverUrl, templateName, template);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${templateName} STRATEGY file_copy`);
  });
}

/** Named as ready only after `prepare` has succeeded: a template that failed half-way is made again. */
async function prepareOnce(client: Client, serverUrl: string, name: string, template: DatabaseTemplate): Promise<void> {
  const ready = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (ready.rowCount) return;
  const draft = `${name}_draft`;
  await client.query(dropStatement(draft));
  await client.query(`CREATE DATABASE ${draft} STRATEGY file_copy`);
  await template.prepare(databaseUrl(serverUrl, draft));
  await client.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.toString();
}
