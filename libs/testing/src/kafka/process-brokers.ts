import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../parts/free-port';
import { TcpProxy } from '../proxy/tcp-proxy';
import { BrokerProcess } from './broker-process';
import { type BrokerAddress, brokerSettings, controllerSettings } from './broker-settings';
import { kafkaDistribution } from './kafka-distribution';
import type { LocalKafkaOptions, RunningBrokers } from './local-kafka';

const PORTS_PER_BROKER = 3;
/** Far from the brokers' numbers. */
const CONTROLLER_ID = 100;

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
  const more = options.settings ?? {};
  const common = { classPath, clusterId, folder };
  const controllers = options.controllerApart ? [await controllerAddress()] : undefined;
  const apart = (controllers ?? []).map((address) => {
    const settings = (logFolder: string) => controllerSettings(address, logFolder, more);
    return new BrokerProcess({ ...common, nodeId: address.nodeId, settings });
  });
  const processes = addresses.map((address) => {
    const settings = (logFolder: string) => brokerSettings(address, addresses, logFolder, more, controllers);
    return new BrokerProcess({ ...common, nodeId: address.nodeId, settings });
  });
  const all = [...apart, ...processes];
  const stop = async () => {
    // Brokers say goodbye to their controller, so it goes last.
    await Promise.all(processes.map((broker) => broker.stop()));
    await Promise.all(apart.map((controller) => controller.stop()));
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(all.map((one) => one.format()));
    for (const one of all) one.start();
  } catch (error) {
    await stop();
    throw error;
  }
  // A broker that a test has killed is allowed to be gone.
  const expected = new Set(all);
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

async function controllerAddress() {
  const [controllerPort] = await freePorts(1);
  return { nodeId: CONTROLLER_ID, bindHost: '127.0.0.1', peerHost: '127.0.0.1', controllerPort: controllerPort! };
}
