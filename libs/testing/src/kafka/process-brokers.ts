import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../parts/free-port';
import { TcpProxy } from '../proxy/tcp-proxy';
import { BrokerProcess } from './broker-process';
import { type BrokerAddress, brokerSettings } from './broker-settings';
import { kafkaDistribution } from './kafka-distribution';
import type { LocalKafkaOptions, RunningBrokers } from './local-kafka';

const PORTS_PER_BROKER = 3;

/** Brokers as Java processes of this machine, from Maven artifacts. */
export async function startProcessBrokers(options: LocalKafkaOptions, clusterId: string): Promise<RunningBrokers> {
  const { classPath } = await kafkaDistribution();
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-kafka-'));
  const ports = await freePorts(options.brokers * PORTS_PER_BROKER);
  const proxies: TcpProxy[] = [];
  const addresses: BrokerAddress[] = [];
  for (let nodeId = 1; nodeId <= options.brokers; nodeId++) {
    const [clientPort, brokerPort, controllerPort] = ports.slice((nodeId - 1) * PORTS_PER_BROKER);
    const proxy = options.proxied ? await TcpProxy.start({ host: '127.0.0.1', port: clientPort! }) : null;
    if (proxy) proxies.push(proxy);
    addresses.push({
      nodeId,
      bindHost: '127.0.0.1',
      peerHost: '127.0.0.1',
      clientPort: clientPort!,
      brokerPort: brokerPort!,
      controllerPort: controllerPort!,
      advertisedPort: proxy?.port ?? clientPort!,
    });
  }
  const processes = addresses.map(
    (address) =>
      new BrokerProcess({
        classPath,
        clusterId,
        folder,
        nodeId: address.nodeId,
        settings: (logFolder) => brokerSettings(address, addresses, logFolder, options.settings ?? {}),
      }),
  );
  const stop = async () => {
    await Promise.all(processes.map((broker) => broker.stop()));
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(processes.map((broker) => broker.format()));
    for (const broker of processes) broker.start();
  } catch (error) {
    await stop();
    throw error;
  }
  // A broker that a test has killed is allowed to be gone.
  const expected = new Set(processes);
  const numbered = (broker: number) => {
    const found = processes[broker - 1];
    if (!found) throw new Error(`there is no broker ${broker}; they are numbered from 1`);
    return found;
  };
  return {
    brokers: addresses.map((address) => `127.0.0.1:${address.advertisedPort}`),
    source: 'processes',
    proxies,
    assertAlive: () => expected.forEach((broker) => broker.assertAlive()),
    kill: async (broker) => {
      expected.delete(numbered(broker));
      await numbered(broker).kill();
    },
    start: async (broker) => {
      expected.add(numbered(broker));
      numbered(broker).start();
    },
    freeze: async (broker) => numbered(broker).freeze(),
    unfreeze: async (broker) => numbered(broker).unfreeze(),
    stop,
  };
}
