import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROCESSES_MAX, type ProcessName, RESERVED_CONNECTIONS_MIN, connectionsOf } from '@app/contracts';
import { DEFAULT_SETTINGS } from '@app/database';

const ROOT = join(__dirname, '../..');

type Scale = Readonly<Record<keyof typeof PROCESSES_MAX, number>>;
const SERVICES = Object.keys(PROCESSES_MAX) as (keyof typeof PROCESSES_MAX)[];

/** Every number of processes of every service within its bound. */
function* scales(): Generator<Scale> {
  const counts = (most: number) => Array.from({ length: most }, (_, index) => index + 1);
  for (const gateway of counts(PROCESSES_MAX.gateway))
    for (const assessment of counts(PROCESSES_MAX.assessment))
      for (const scoring of counts(PROCESSES_MAX.scoring))
        for (const scheduler of counts(PROCESSES_MAX.scheduler)) yield { gateway, assessment, scoring, scheduler };
}

/** Of all processes, while one more of a service runs because it is replaced. */
function connectionsAt(scale: Scale, replaced: ProcessName): number {
  const running = SERVICES.reduce((sum, name) => sum + scale[name] * connectionsOf(name, 'kafka'), 0);
  return running + connectionsOf(replaced, 'kafka');
}

describe('connections to PostgreSQL', () => {
  const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const maxConnections = Number(/max_connections=(\d+)/.exec(compose)?.[1]);

  test('suffice for every scale within the bounds, while any service is replaced', () => {
    let walked = 0;
    const over: object[] = [];
    for (const scale of scales()) {
      for (const replaced of SERVICES) {
        walked += 1;
        const needed = connectionsAt(scale, replaced);
        if (needed > maxConnections - RESERVED_CONNECTIONS_MIN) over.push({ scale, replaced, needed });
      }
    }
    expect(walked).toBe(10 * 8 * 2 * 2 * SERVICES.length);
    expect(over).toEqual([]);
  });

  test('would not for two assessments more: the bound is no wider than it has to be', () => {
    const scale = { ...PROCESSES_MAX, assessment: PROCESSES_MAX.assessment + 2 };
    expect(connectionsAt(scale, 'assessment')).toBeGreaterThan(maxConnections - RESERVED_CONNECTIONS_MIN);
  });

  test('are bounded for gateways by the ports that they can publish', () => {
    const [, first, last] = /PETABAKAT_GATEWAY_PORTS:-127\.0\.0\.1:(\d+)-(\d+)/.exec(compose)!;
    expect(Number(last) - Number(first) + 1).toBe(PROCESSES_MAX.gateway);
  });

  test('suffice for the embedded default', () => {
    const left = Number(DEFAULT_SETTINGS.max_connections) - RESERVED_CONNECTIONS_MIN;
    expect(connectionsOf('standalone', 'postgres')).toBeLessThanOrEqual(left);
  });

  /** Each of them is in the budget, or is over before its process serves anybody. */
  test('are made in these places alone', () => {
    const makers =
      /new (Pool|Client|DataSource)\(|createDataSource\(\{|StaffDirectory\.open\(|PostgresEventLog\.open\(/g;
    const found = ['apps', 'libs'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /^[^/]+\/src\/.*\.ts$/.test(name) && !/\.(spec|contract|fixture)\.ts$/.test(name))
        .filter((name) => !/^(testing|cli)\//.test(name))
        .flatMap((name) => {
          const makes = readFileSync(join(ROOT, folder, name), 'utf8').match(makers) ?? [];
          return makes.map((maker) => `${folder}/${name} ${maker.replace(/\W+$/, '')}`);
        }),
    );
    expect(found.toSorted()).toEqual([
      'apps/assessment/src/assessment.module.ts createDataSource',
      'apps/scheduler/src/scheduler.module.ts createDataSource',
      'apps/scoring/src/scoring.module.ts createDataSource',
      'apps/standalone/src/start-standalone.ts PostgresEventLog.open',
      'apps/standalone/src/start-standalone.ts StaffDirectory.open',
      'libs/access/src/staff/staff-directory.ts createDataSource',
      'libs/bootstrap/src/clock/clock-source.ts new Pool',
      'libs/bootstrap/src/service/consuming-service.ts StaffDirectory.open',
      'libs/bootstrap/src/service/open-service-log.ts PostgresEventLog.open',
      'libs/database/src/data-source.ts new DataSource',
      // Of the server that the process starts itself, before anybody else connects.
      'libs/database/src/embedded/embedded-postgres.ts new Client',
      // During the start, when the pools are still empty.
      'libs/database/src/migrate.ts new Client',
      'libs/messaging/src/postgres/log.pool.ts new Pool',
    ]);
  });
});
