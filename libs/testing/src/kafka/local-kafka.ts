import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { findDocker } from '../parts/docker';
import type { PartSearch } from '../parts/required-part';
import type { TcpProxy } from '../proxy/tcp-proxy';
import { startDockerBrokers } from './docker-brokers';
import { findKafkaDistribution } from './kafka-distribution';
import { startProcessBrokers } from './process-brokers';

export type BrokerCount = 1 | 3;

export interface LocalKafkaOptions {
  readonly brokers: BrokerCount;
  /** A proxy before each broker, for faults of the network. */
  readonly proxied?: boolean;
  /** The test will harm the cluster: never take one that the environment names, it is somebody's. */
  readonly harmed?: boolean;
  /** A controller of its own process, so that brokers may die without the cluster losing its head. */
  readonly controllerApart?: boolean;
  /** Broker settings besides those of `brokerSettings`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Brokers are numbered from 1, as their node ids are. */
export interface LocalKafka {
  /** Addresses to connect to; through the proxies where there are any. */
  readonly brokers: string[];
  readonly source: 'environment' | 'docker' | 'processes';
  /** The proxy before broker n is `proxies[n - 1]`. */
  readonly proxies: readonly TcpProxy[];
  /** SIGKILL: what a crash looks like. */
  kill(broker: number): Promise<void>;
  /** Starts a killed broker on its old data and waits until the cluster has it back. */
  restart(broker: number): Promise<void>;
  /** SIGSTOP: alive, but silent. */
  freeze(broker: number): Promise<void>;
  unfreeze(broker: number): Promise<void>;
  stop(): Promise<void>;
}

/** What the ways of running brokers have in common. */
export interface RunningBrokers extends Omit<LocalKafka, 'restart'> {
  start(broker: number): Promise<void>;
  /** Throws when a broker that should run has ended. */
  assertAlive(): void;
}

/** Three brokers on two busy cores took 7 s; this is for machines that do much else. */
const READY_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 250;
const CLUSTER_ID_BYTES = 16;

/** For `requirePart('Kafka', () => findKafka({ brokers: 1 }))`. */
export function findKafka(options: LocalKafkaOptions): PartSearch {
  if (givenBrokers(options)) return { found: true };
  if (findDocker().found && !options.controllerApart) return { found: true };
  const processes = findKafkaDistribution();
  if (processes.found) return processes;
  return { found: false, reason: `no broker is given, no Docker daemon answers, and ${processes.reason}` };
}

/** A real Kafka: the one that the environment names, else in Docker, else from Maven artifacts on a local Java. */
export async function localKafka(options: LocalKafkaOptions): Promise<LocalKafka> {
  const given = givenBrokers(options);
  if (given) return new GivenKafka(given);
  const running = await startBrokers(options);
  try {
    await untilReady(running, options.brokers);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { ...running, restart: (broker) => restart(running, broker, options.brokers) };
}

async function startBrokers(options: LocalKafkaOptions): Promise<RunningBrokers> {
  const clusterId = randomBytes(CLUSTER_ID_BYTES).toString('base64url');
  // In containers every broker is a controller too.
  if (options.controllerApart || !findDocker().found) return startProcessBrokers(options, clusterId);
  try {
    return await startDockerBrokers(options, clusterId);
  } catch (error) {
    // A daemon that answers may still be unable to fetch the image.
    if (!findKafkaDistribution().found) throw error;
    return startProcessBrokers(options, clusterId);
  }
}

async function restart(running: RunningBrokers, broker: number, count: BrokerCount): Promise<void> {
  await running.start(broker);
  await untilReady(running, count);
}

function givenBrokers(options: LocalKafkaOptions): string[] | null {
  if (options.proxied || options.harmed || options.settings) return null;
  const name = options.brokers === 3 ? 'PETABAKAT_TEST_KAFKA_BROKERS_3' : 'PETABAKAT_TEST_KAFKA_BROKERS';
  const value = process.env[name];
  return value ? value.split(',').map((address) => address.trim()) : null;
}

async function untilReady(running: RunningBrokers, count: BrokerCount): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  let reason: unknown = null;
  while (Date.now() < deadlineMs) {
    running.assertAlive();
    try {
      const known = await Promise.all(running.brokers.map((address) => brokersKnownTo(address)));
      if (known.every((brokers) => brokers === count)) return;
      reason = `the brokers know of ${known.join(', ')} brokers instead of ${count}`;
    } catch (error) {
      reason = error;
    }
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  throw new Error(`Kafka was not ready after ${READY_TIMEOUT_MS} ms`, { cause: reason });
}

async function brokersKnownTo(address: string): Promise<number> {
  const kafka = new Kafka({
    clientId: 'local-kafka',
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    return brokers.length;
  } finally {
    await admin.disconnect();
  }
}

/** Somebody else's cluster: used, never harmed. */
class GivenKafka implements LocalKafka {
  readonly source = 'environment';
  readonly proxies = [];

  constructor(readonly brokers: string[]) {}

  kill = refuseToHarm;
  restart = refuseToHarm;
  freeze = refuseToHarm;
  unfreeze = refuseToHarm;

  async stop(): Promise<void> {}
}

async function refuseToHarm(): Promise<void> {
  throw new Error('these brokers were given by the environment; ask localKafka for { harmed: true }');
}
