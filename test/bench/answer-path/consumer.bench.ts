import { TOPICS } from '@app/contracts';
import { migrate } from '@app/database';
import { freePort, localRedis } from '@app/testing';
import { Client } from 'pg';
import { createAssessmentDataSource } from '../../../apps/assessment/src/assessment.module';
import { AnswerFeeder, untilApplied } from './answer.feeder';
import { BenchParts, type LogKind } from './bench.parts';
import { type Contestant, type Round, type RoundPlan, pairedRounds } from './paired.rounds';

/**
 * The assessment service's consumer beside the same fetch, parse and SQL. Each has a database and a log of its own, so
 * that the one that rests has nothing to do.
 */
export async function benchConsumer(log: LogKind, plan: RoundPlan, note: (text: string) => void): Promise<Round[]> {
  const redis = await localRedis({ harmed: true });
  const [ourParts, bareParts] = [await BenchParts.start(log), await BenchParts.start(log)];
  const clients: Client[] = [];
  try {
    const feeder = new AnswerFeeder();
    const contestant = async (name: string, pid: number, parts: BenchParts): Promise<Contestant> => {
      const client = await connected(parts.databaseUrl);
      clients.push(client);
      const work = async (perSecond: number, seconds: number) => {
        const fed = await feeder.feed(parts.log, perSecond, seconds);
        await untilApplied(parts.log, () => appliedRecords(client));
        return fed;
      };
      return { name, pid, work };
    };
    const service = await ourParts.startService('assessment', {}, redis.url);
    const ours = await contestant('assessment', service.pid, ourParts);
    await feeder.startAttempts(ourParts.log);
    await untilApplied(ourParts.log, () => appliedRecords(clients[0]!));
    await prepareBareTables(bareParts.databaseUrl, clients[0]!);
    const bare = await bareParts.startProgram('bare.consumer.ts', await freePort(), {});
    return await pairedRounds(ours, await contestant('bare consumer', bare.pid, bareParts), plan, note);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
    await Promise.all([ourParts.stop(), bareParts.stop()]);
    await redis.stop();
  }
}

async function connected(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
}

async function appliedRecords(client: Client): Promise<number> {
  const { rows } = await client.query<{ applied: string | null }>(
    'SELECT sum(next_offset) AS applied FROM assessment.consumer_progress WHERE topic = $1',
    [TOPICS.attempts.name],
  );
  return Number(rows[0]?.applied ?? 0);
}

/** The same tables with the same attempts, which the bare program loads as the service does. */
async function prepareBareTables(databaseUrl: string, ours: Client): Promise<void> {
  const dataSource = createAssessmentDataSource(databaseUrl);
  await migrate(dataSource);
  const { rows } = await ours.query<object>('SELECT * FROM assessment.attempts');
  await dataSource.query('INSERT INTO attempts SELECT * FROM json_populate_recordset(null::attempts, $1)', [
    JSON.stringify(rows),
  ]);
  await dataSource.destroy();
}
