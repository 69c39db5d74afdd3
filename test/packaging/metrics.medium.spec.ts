import { spawnSync } from 'node:child_process';
import { ALL_TOPICS } from '@app/contracts';
import { KafkaEventLog } from '@app/messaging';
import {
  APPS,
  type AppName,
  type FreshDatabase,
  type LocalKafka,
  PlatformProcesses,
  findKafka,
  freshDatabase,
  localKafka,
  requirePart,
} from '@app/testing';
import { dashboardQueries, documentedMetrics, textOf } from './monitoring-files';
import { PrometheusProcess } from './prometheus.process';

/** Brokers, four services and Prometheus on a busy machine. */
jest.setTimeout(180_000);

const describeWithKafka = requirePart('Kafka', () => findKafka({ brokers: 1 }));
const describeWithPrometheus = requirePart('Prometheus', () =>
  spawnSync('prometheus', ['--version']).error
    ? { found: false, reason: "there is no prometheus (Debian's package of that name)" }
    : { found: true },
);

/** Each has few values, whatever happens on an exam day. */
const KNOWN_LABELS = 'code group le method node outcome partition route service state status topic version'.split(' ');

interface DeclaredMetric {
  readonly type: string;
  readonly meaning: string;
}

/** What a page declares, figures or not. */
function declaredOn(page: string): Map<string, DeclaredMetric> {
  const types = new Map([...page.matchAll(/^# TYPE (petabakat_\w+) (\w+)$/gm)].map(([, name, type]) => [name!, type!]));
  const helps = page.matchAll(/^# HELP (petabakat_\w+) (.*)$/gm);
  return new Map([...helps].map(([, name, meaning]) => [name!, { type: types.get(name!)!, meaning: meaning! }]));
}

describeWithKafka('four services on Kafka', () => {
  let kafka: LocalKafka;
  let database: FreshDatabase;
  let platform: PlatformProcesses;

  beforeAll(async () => {
    [kafka, database] = await Promise.all([localKafka({ brokers: 1 }), freshDatabase()]);
    const log = await KafkaEventLog.open({
      brokers: kafka.brokers,
      clientId: 'test',
      replicationFactor: 1,
      minInSyncReplicas: 1,
    });
    await log.createTopics(ALL_TOPICS);
    await log.close();
    const given = { brokers: kafka.brokers, replicationFactor: 1 as const };
    platform = await PlatformProcesses.start({ databaseUrl: database.url, kafka: given });
  });

  afterAll(async () => {
    await platform?.stopAll();
    await database?.drop();
    await kafka?.stop();
  });

  const pageOf = async (app: AppName) => (await fetch(`${platform.urlOf(app)}/metrics`)).text();

  test('docs/metrics.md explains exactly the metrics that there are', async () => {
    const declared = new Map<string, DeclaredMetric>();
    for (const app of APPS) for (const [name, metric] of declaredOn(await pageOf(app))) declared.set(name, metric);
    expect(Object.fromEntries(documentedMetrics())).toEqual(Object.fromEntries(declared));
  });

  test('no label names a person, an attempt or a session', async () => {
    const labels = new Set<string>();
    for (const app of APPS) {
      const samples = (await pageOf(app)).match(/^petabakat_.*\{.*$/gm) ?? [];
      for (const [, label] of samples.flatMap((sample) => [...sample.matchAll(/[{,](\w+)="/g)])) labels.add(label!);
    }
    expect([...labels].filter((label) => !KNOWN_LABELS.includes(label))).toEqual([]);
  });

  describeWithPrometheus('read by a real Prometheus', () => {
    let prometheus: PrometheusProcess;

    beforeAll(async () => {
      // Codes are counted from their first request on.
      const path = `${platform.urlOf('gateway')}/v1/attempts/nobody/answers`;
      await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"answers":[]}' });
      prometheus = await PrometheusProcess.start(new Map(APPS.map((app) => [app, platform.urlOf(app)])));
      await prometheus.until(`count(up == 1) == ${APPS.length}`);
      // A rate needs two points.
      await prometheus.until(`min(count_over_time(up[1m])) > 2`);
    });

    afterAll(() => prometheus?.stop());

    test.each(dashboardQueries().map(({ panel, expr }) => [panel, expr]))(
      'the panel %s has figures: %s',
      async (_, expr) => {
        expect(await prometheus.query(expr)).not.toEqual([]);
      },
    );

    const alarms = [
      ...textOf('deploy', 'observability', 'alerts.yml').matchAll(
        /alert: (\w+)\n(?: +#.*\n)* +expr: (\|\n(?: {10}.*\n)+|.*\n)/g,
      ),
    ];

    test.each(alarms.map(([, name, expr]) => [name!, expr!.replace(/^\|\n/, '')]))(
      'the alarm %s is quiet on a healthy platform',
      async (_, expr) => {
        expect(await prometheus.query(expr)).toEqual([]);
      },
    );

    test('every alarm was asked', () => {
      expect(alarms).toHaveLength(textOf('deploy', 'observability', 'alerts.yml').split('- alert:').length - 1);
    });
  });
});
