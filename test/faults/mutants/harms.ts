import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { LoadPlatform } from '../../load/platform/load.platform';

export type HarmName = 'none' | 'assessment-killed' | 'log-connections-cut' | 'postgres-killed' | 'leaders-moved';

/** What is done to the platform while candidates answer. Each resolves when it is healed. */
export type Harm = (platform: LoadPlatform) => Promise<void>;

const LOG_CUTS = 12;
const CUT_EVERY_MS = 250;
/** Long enough under load that something is always on its way. */
const UNDER_LOAD_MS = 2_000;

export const HARMS: Readonly<Record<HarmName, Harm>> = {
  none: async () => undefined,
  'assessment-killed': async ({ processes }) => {
    await sleep(UNDER_LOAD_MS);
    await processes.kill('assessment');
    await processes.start('assessment');
  },
  /** The connections over which the log is written end in the middle of whatever they do. */
  'log-connections-cut': async ({ postgres }) => {
    await sleep(UNDER_LOAD_MS);
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    for (let cut = 0; cut < LOG_CUTS; cut++) {
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'petabakat log'",
      );
      await sleep(CUT_EVERY_MS);
    }
    await client.end();
  },
  'postgres-killed': async (platform) => {
    await sleep(UNDER_LOAD_MS);
    await platform.killPostgres();
    await platform.startPostgres();
  },
  /** Leaders move away from each broker in turn, and come back. */
  'leaders-moved': async ({ kafka }) => {
    if (!kafka) throw new Error('leaders move between brokers only');
    for (let broker = 1; broker <= kafka.brokers.length; broker++) {
      await sleep(UNDER_LOAD_MS);
      await kafka.kill(broker);
      await kafka.restart(broker);
    }
  },
};
