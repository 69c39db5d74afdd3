import { execFileSync } from 'node:child_process';
import { parse } from 'yaml';
import { KEEP_ALIVE_MS } from '../../apps/gateway/src/upstreams/upstream.proxy';
import { textOf } from './monitoring-files';

interface Service {
  readonly image?: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly privileged?: boolean;
  readonly security_opt?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test?: unknown; readonly disable?: boolean };
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly stop_grace_period?: string;
  readonly restart?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file?: string }>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

const compose = parse(textOf('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const APPS = ['gateway', 'assessment', 'scoring', 'scheduler'];
const apps = services.filter(([name]) => APPS.includes(name));
const brokers = services.filter(([name]) => name.startsWith('kafka'));
/** The broker's image writes its configuration beside its programs. */
const WRITABLE = ['kafka', 'kafka-1', 'kafka-2', 'kafka-3'];
const dockerfile = textOf('Dockerfile');

/** Images of others name exactly what they are; ours has the version of the release. */
const PINNED = /^(petabakat:\$\{PETABAKAT_VERSION:-\d+\.\d+\.\d+\}|[a-z/]+:\d[\w.-]*)$/;
/** A name that sounds like a secret, and does not lead to a file. */
const SECRET_NAME = /(PASSWORD|SECRET|TOKEN|PRIVATE|KEYS?|DATABASE_URL)$/;
/** What a person types when calling the command line; the file holds none. */
const GIVEN_BY_CALLER = '${PETABAKAT_TOKEN:-}';

describe('docker-compose.yml', () => {
  test.each(services)('%s runs a pinned image', (_, { image }) => {
    expect(image).toMatch(PINNED);
  });

  test.each(services)('%s can write nothing it need not, and gains no rights', (name, service) => {
    expect(service.read_only).toBe(!WRITABLE.includes(name));
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.cap_add).toBeUndefined();
    expect(service.privileged).toBeUndefined();
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
  });

  test('nothing runs as root: ours by the Dockerfile, the broker by its image, the others by name', () => {
    const named = Object.fromEntries(
      services.flatMap(([name, { user }]) => (user === undefined ? [] : [[name, user]])),
    );
    expect(named).toEqual({ postgres: 'postgres', redis: 'redis' });
  });

  test.each(services)('%s holds no secret, only files that hold one', (_, { environment = {} }) => {
    const inline = Object.entries(environment).filter(
      ([name, value]) => (SECRET_NAME.test(name) && value !== GIVEN_BY_CALLER) || /:\/\/[^/]*:[^/]*@/.test(`${value}`),
    );
    expect(inline).toEqual([]);
  });

  test.each(services)(
    '%s is given every secret that it reads, and no other',
    (_, { environment = {}, secrets = [] }) => {
      const read = Object.values(environment)
        .map((value) => /^\/run\/secrets\/(.+)$/.exec(`${value}`)?.[1])
        .filter((name) => name !== undefined);
      expect([...secrets].sort()).toEqual([...new Set(read)].sort());
    },
  );

  test('every secret comes from a file that create-secrets.sh makes', () => {
    const made = [...textOf('deploy', 'create-secrets.sh').matchAll(/^make (\S+) /gm)].map(([, name]) => name!);
    const files = Object.values(compose.secrets).map(({ file }) => `${file}`.replace(/^deploy\/secrets\//, ''));
    expect([...files, 'receipt-key-id.env'].sort()).toEqual(made.sort());
  });

  test.each(services)('%s says whether it is well, or ends by itself', (_, { healthcheck, restart, command }) => {
    if (healthcheck?.disable) expect(restart === 'no' || command?.[1] === 'topics').toBe(true);
    else if (healthcheck === undefined) expect(dockerfile).toMatch(/^HEALTHCHECK .*CMD \["health-check"\]$/m);
    else expect(healthcheck.test).toBeDefined();
  });

  test.each(apps)('%s waits for its parts and has time to stop', (_, { depends_on = {}, stop_grace_period }) => {
    expect(Object.keys(depends_on)).toEqual(expect.arrayContaining(['postgres', 'topics', 'topics-of-three']));
    expect(stop_grace_period).toBe('30s');
  });

  test('only the gateway can be reached from outside, on a range of ports of the loopback address', () => {
    const open = services.filter(([, { ports = [] }]) => ports.length > 0);
    expect(open.map(([name]) => name)).toEqual(['gateway']);
    expect(open[0]![1].ports).toEqual(['${PETABAKAT_GATEWAY_PORTS:-127.0.0.1:3000-3009}:3000']);
    expect(compose.networks.inner).toEqual({ internal: true });
    const outside = services.filter(
      ([, { networks = [] }]) => 'edge' in networks || (networks as string[]).includes?.('edge'),
    );
    expect(outside.map(([name]) => name)).toEqual(['gateway']);
  });

  test('three brokers keep three copies of everything and acknowledge with two', () => {
    const three = brokers.filter(([, { profiles }]) => profiles?.includes('three-brokers'));
    expect(three).toHaveLength(3);
    for (const [, { environment }] of three) {
      expect(environment).toMatchObject({
        KAFKA_DEFAULT_REPLICATION_FACTOR: 3,
        KAFKA_MIN_INSYNC_REPLICAS: 2,
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: 3,
        KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: 3,
        KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE: 'false',
      });
    }
    expect(compose.services['topics-of-three']!.environment).toMatchObject({
      PETABAKAT_KAFKA_REPLICATION_FACTOR: 3,
      PETABAKAT_KAFKA_MIN_IN_SYNC_REPLICAS: 2,
    });
    const nodeIds = three.map(([, { environment }]) => environment!.KAFKA_NODE_ID);
    expect(new Set(nodeIds).size).toBe(3);
  });
});

describe('the Dockerfile', () => {
  test('builds in stages from a pinned image, without a syntax line that would pull another one', () => {
    expect(dockerfile.match(/^FROM /gm)!.length).toBeGreaterThan(2);
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:\d+\.\d+-bookworm-slim$/m);
    expect(dockerfile).not.toMatch(/^# *syntax=/m);
    expect(dockerfile).not.toMatch(/:latest/);
  });

  test('runs under an account that is not root', () => {
    const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(lastStage).toMatch(/^USER 1000:1000$/m);
    expect(lastStage).not.toMatch(/^USER (root|0)/m);
  });

  test('gets nothing of secrets, data or tests', () => {
    const sent = textOf('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    expect(textOf('.dockerignore')).toMatch(/^\*$/m);
    expect(sent.filter((line) => /secrets|data\b|^!test/.test(line))).toEqual([]);
  });
});

describe('scripts of deploy', () => {
  const scripts = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'deploy'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => /\.sh$|deploy\/image\//.test(path) && textExists(path));

  test.each(scripts)('%s can be read by its shell', (path) => {
    const [, shell] = /^#!(\S+)/.exec(textOf(path)) ?? [];
    expect(['/bin/sh', '/bin/bash']).toContain(shell);
    execFileSync(shell!, ['-n', path]);
  });

  test('the upgrade replaces every service, readers before writers', () => {
    const [, order] = /\|\| set -- (.*)$/m.exec(textOf('deploy', 'rolling-upgrade.sh')) ?? [];
    expect(order!.split(' ').sort()).toEqual([...APPS].sort());
    expect(order!.split(' ').at(-1)).toBe('gateway');
  });

  test('the balancer has a place for every port of the gateways, and knows how long they announce a stop', () => {
    const balancer = textOf('deploy', 'haproxy.cfg');
    for (const backend of ['gateways', 'whoever-listens']) {
      const [, part] = balancer.split(`\nbackend ${backend}\n`);
      const ports = [...part!.split('\nbackend ')[0]!.matchAll(/^ {2}server \S+ 127\.0\.0\.1:(\d+)$/gm)].map(
        ([, port]) => port,
      );
      expect(ports).toEqual(Array.from({ length: 10 }, (_, index) => `${3_000 + index}`));
    }
    const [, intervalMs, fall] = /check inter (\d+)ms fall (\d+)/.exec(balancer) ?? [];
    for (const name of APPS) {
      const drainMs = Number(compose.services[name]!.environment!.PETABAKAT_DRAIN_SECONDS) * 1_000;
      expect(drainMs).toBeGreaterThanOrEqual(Number(intervalMs) * Number(fall) * 2);
      expect(drainMs).toBeGreaterThan(KEEP_ALIVE_MS);
    }
  });
});

function textExists(path: string): boolean {
  try {
    return textOf(path).length > 0;
  } catch {
    return false;
  }
}
