import { freshDatabase } from '@app/testing';
import { Client } from 'pg';
import { describeEventLog, type EventLogHarness } from '../log/event-log.contract';
import { PostgresEventLog } from './postgres-event-log';

/** Several logs on one database, as several processes would open it. */
async function harness(): Promise<EventLogHarness> {
  const database = await freshDatabase();
  const logs: PostgresEventLog[] = [];
  return {
    async open() {
      const log = await PostgresEventLog.open({ url: database.url, poolSize: 4 });
      logs.push(log);
      return log;
    },
    async trim(topic, partition, beforeOffset) {
      await onDatabase(database.url, async (client) => {
        const where = 'topic_id = (SELECT topic_id FROM log.topic WHERE name = $1) AND partition = $2';
        await client.query(`UPDATE log.head SET start_offset = $3 WHERE ${where}`, [topic, partition, beforeOffset]);
        await client.query(`DELETE FROM log.record WHERE ${where} AND "offset" < $3`, [topic, partition, beforeOffset]);
      });
    },
    async stop() {
      await Promise.all(logs.map((log) => log.close()));
      await database.drop();
    },
  };
}

async function onDatabase(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

describeEventLog('PostgreSQL', harness);
