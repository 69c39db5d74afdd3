import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AppName, type ProcessName, TcpProxy } from '@app/testing';
import { nowMs, rounded } from '../../load/driver/clock';
import { seededRandom } from '../../load/driver/seeded.random';
import type { HistoryWriter } from '../../load/history/history.writer';
import type { LoadRun } from '../../load/load.run';
import type { LoadPlatform } from '../../load/platform/load.platform';
import { until } from '../../load/platform/staff.client';
import { HitLedger } from './hit.ledger';

/** So that the load is steady before something happens to it. */
const STEADY_ANSWERS = 250;
/** A fault at the same moment of every run would never meet another one. */
const JITTER_MS = 700;
const WAIT_TIMEOUT_MS = 60_000;

/** Variables of the services, read anew whenever a process starts. */
export type ServiceEnvironment = Record<'assessment' | 'gateway', NodeJS.ProcessEnv>;

export interface SceneParts {
  readonly name: string;
  readonly run: LoadRun;
  readonly environment: ServiceEnvironment;
  readonly seed: number;
  /** For what a row does besides the driver. */
  readonly history: HistoryWriter;
}

/** Where a row's fault takes place: the platform under load, and the tools to harm it from outside. */
export class FaultScene {
  readonly ledger = new HitLedger();
  readonly random: () => number;
  private readonly proxies: TcpProxy[] = [];

  constructor(readonly parts: SceneParts) {
    this.random = seededRandom(parts.seed);
  }

  get platform(): LoadPlatform {
    return this.parts.run.platform;
  }

  get acknowledged(): number {
    return this.parts.run.timeline.total.acknowledged;
  }

  /** Tries of answers whose outcome is unknown; what the driver has told within the last second is missing. */
  get unknown(): number {
    return this.parts.run.timeline.total.unknown;
  }

  /** Resolves under a steady load, at a moment that the seed decides. */
  async underLoad(): Promise<void> {
    const wanted = this.acknowledged + STEADY_ANSWERS;
    await until('the load is steady', WAIT_TIMEOUT_MS, async () => this.acknowledged >= wanted);
    await sleep(this.random() * JITTER_MS);
  }

  inject(): void {
    this.mark('inject');
  }

  heal(): void {
    this.mark('heal');
  }

  hit(detail: string): void {
    this.ledger.add({ atMs: nowMs(), detail });
    this.mark('hit', detail);
  }

  /** SIGKILL of a process that is alive at this moment. */
  async kill(name: ProcessName): Promise<void> {
    const pid = this.platform.processes.pidOf(name);
    process.kill(pid, 0);
    this.hit(`SIGKILL ${name} (pid ${pid})`);
    await this.platform.processes.kill(name);
  }

  /** One SIGTERM; resolves when the process has ended. */
  async terminate(name: ProcessName): Promise<void> {
    const pid = this.platform.processes.pidOf(name);
    process.kill(pid, 0);
    this.hit(`SIGTERM ${name} (pid ${pid})`);
    await this.platform.processes.stop(name);
  }

  signal(name: ProcessName, signal: NodeJS.Signals): void {
    const pid = this.platform.processes.pidOf(name);
    process.kill(pid, 0);
    this.hit(`${signal} ${name} (pid ${pid})`);
    this.platform.processes.signal(name, signal);
  }

  /** All processes of an app reach PostgreSQL through a proxy from now on. */
  async putPostgresBehindProxy(app: 'assessment' | 'gateway'): Promise<TcpProxy> {
    const url = new URL(this.platform.postgres.url);
    const proxy = await TcpProxy.start({ host: url.hostname, port: Number(url.port) });
    this.proxies.push(proxy);
    url.port = String(proxy.port);
    await this.restartWith(app, { PETABAKAT_DATABASE_URL: url.toString() });
    return proxy;
  }

  /** All processes of an app reach the brokers through proxies from now on, one before each broker. */
  async putBrokersBehindProxies(app: 'assessment' | 'gateway'): Promise<readonly TcpProxy[]> {
    const ports = this.platform.kafka!.brokers.map((address) => Number(address.split(':')[1]));
    const proxies = await Promise.all(ports.map((port) => TcpProxy.start({ host: '127.0.0.1', port })));
    this.proxies.push(...proxies);
    const redirected = Object.fromEntries(ports.map((port, nth) => [port, proxies[nth]!.port]));
    await this.restartWith(app, {
      NODE_OPTIONS: this.nodeOptions(app, `--require ${join(__dirname, 'preload/redirected-connections.cjs')}`),
      FAULT_TEST_REDIRECTED_PORTS: JSON.stringify(redirected),
    });
    return proxies;
  }

  /** Restarts all processes of an app, with further variables. */
  async restartWith(app: 'assessment' | 'gateway', variables: NodeJS.ProcessEnv): Promise<void> {
    Object.assign(this.parts.environment[app], variables);
    await Promise.all(this.namesOf(app).map((name) => this.restart(name)));
  }

  async restart(name: ProcessName): Promise<void> {
    await this.platform.processes.stop(name);
    await this.platform.processes.start(name);
  }

  async close(): Promise<void> {
    for (const proxy of this.proxies) await proxy.stop();
  }

  /** Together with those that the row gave the service from the start. */
  private nodeOptions(app: 'assessment' | 'gateway', more: string): string {
    return [this.parts.environment[app].NODE_OPTIONS, more].filter(Boolean).join(' ');
  }

  private namesOf(app: AppName): ProcessName[] {
    return this.platform.processes.namesOf(app);
  }

  private mark(step: 'heal' | 'hit' | 'inject', detail?: string): void {
    const line = { phase: 'fault', atMs: rounded(nowMs()), name: this.parts.name, step } as const;
    this.parts.run.mark(detail === undefined ? line : { ...line, detail });
  }
}
