import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { until } from '../../load/platform/staff.client';
import { PROVOCATIONS, type Provocation } from './provocations';
import { WatchedPlatform } from './watched.platform';

const USAGE = `Usage: node -r ./tools/register.cjs test/packaging/alarms/main.ts [options]

  Raises every alarm of deploy/observability/alerts.yml once on a platform of real parts with a real Prometheus, and ends
  it by its documented steps. Thresholds are those of the rules; their waiting is shortened. Takes about ten minutes.

  --only ALARM,…   these alarms
  --json FILE      write what was seen
`;

/** The longest threshold is a minute of lag. */
const RAISED_TIMEOUT_MS = 150_000;
/** A partition that stands still is tried again after half a minute, and windows have to pass. */
const CLEARED_TIMEOUT_MS = 150_000;

interface Seen {
  readonly alarm: string;
  readonly raisedAfterSeconds: number | null;
  readonly clearedAfterSeconds: number | null;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const only = values.only?.split(',') ?? null;
  const chosen = PROVOCATIONS.filter(({ alarms }) => only === null || alarms.some((alarm) => only.includes(alarm)));
  const platform = await WatchedPlatform.start();
  const seen: Seen[] = [];
  try {
    for (const provocation of chosen) seen.push(...(await play(platform, provocation)));
  } finally {
    await platform.stop();
    if (values.json) writeFileSync(values.json, `${JSON.stringify(seen, null, 1)}\n`);
  }
  return seen.every(({ raisedAfterSeconds, clearedAfterSeconds }) => raisedAfterSeconds && clearedAfterSeconds) ? 0 : 1;
}

async function play(platform: WatchedPlatform, provocation: Provocation): Promise<Seen[]> {
  const { alarms, cause } = provocation;
  process.stdout.write(`${cause}\n`);
  await Promise.all(alarms.map((alarm) => secondsUntil(`${alarm} is quiet`, CLEARED_TIMEOUT_MS, () => quiet(alarm))));
  const cure = await provocation.provoke(platform);
  const raised = await Promise.all(
    alarms.map((alarm) => secondsUntil(`${alarm} fires`, RAISED_TIMEOUT_MS, () => platform.isFiring(alarm))),
  );
  await cure();
  const cleared = await Promise.all(
    alarms.map((alarm) => secondsUntil(`${alarm} ends`, CLEARED_TIMEOUT_MS, () => quiet(alarm))),
  );
  return alarms.map((alarm, nth) => {
    const result = { alarm, raisedAfterSeconds: raised[nth]!, clearedAfterSeconds: cleared[nth]! };
    process.stdout.write(`  ${JSON.stringify(result)}\n`);
    return result;
  });

  async function quiet(alarm: string): Promise<boolean> {
    return !(await platform.isFiring(alarm));
  }
}

/** Null where it did not come. */
async function secondsUntil(what: string, timeoutMs: number, look: () => Promise<boolean>): Promise<number | null> {
  const startedMs = performance.now();
  try {
    await until(what, timeoutMs, look);
    return Math.max(1, Math.round((performance.now() - startedMs) / 1_000));
  } catch (error) {
    process.stdout.write(`  ${(error as Error).message}\n`);
    return null;
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`the run broke off: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(2);
  },
);
