import { freePorts } from '../parts/free-port';
import { type ContainerCommand, commandContainer } from '../parts/docker';
import { TcpProxy } from '../proxy/tcp-proxy';
import { type BrokerAddress, brokerSettings } from './broker-settings';
import type { LocalKafkaOptions, RunningBrokers } from './local-kafka';

/** The same version as the pom names. */
const IMAGE = 'apache/kafka:4.3.0';
/** Inside the containers' own network nothing else listens. */
const BROKER_PORT = 19092;
const CONTROLLER_PORT = 19093;
const SETTINGS_FILE = '/tmp/petabakat.properties';
const LOG_FOLDER = '/tmp/petabakat-log';

/** Brokers as containers, with the settings of the processes. */
export async function startDockerBrokers(options: LocalKafkaOptions, clusterId: string): Promise<RunningBrokers> {
  // Loaded only where Docker is used: testcontainers is a development dependency.
  const { GenericContainer, Network } = await import('testcontainers');
  const network = await new Network().start();
  const ports = await freePorts(options.brokers);
  const proxies = options.proxied
    ? await Promise.all(ports.map((port) => TcpProxy.start({ host: '127.0.0.1', port })))
    : [];
  const addresses = ports.map((clientPort, index): BrokerAddress => ({
    nodeId: index + 1,
    bindHost: '0.0.0.0',
    peerHost: `kafka-${index + 1}`,
    // A fixed port on both sides: the broker must know the address that clients use before it starts.
    clientPort,
    brokerPort: BROKER_PORT,
    controllerPort: CONTROLLER_PORT,
    advertisedPort: proxies[index]?.port ?? clientPort,
  }));
  const command = [
    `/opt/kafka/bin/kafka-storage.sh format --ignore-formatted -t ${clusterId} -c ${SETTINGS_FILE}`,
    `exec /opt/kafka/bin/kafka-server-start.sh ${SETTINGS_FILE}`,
  ].join(' && ');
  const started = await Promise.allSettled(
    addresses.map((address) =>
      new GenericContainer(IMAGE)
        .withNetwork(network)
        .withNetworkAliases(address.peerHost)
        .withExposedPorts({ container: address.clientPort, host: address.clientPort })
        .withCopyContentToContainer([
          { content: brokerSettings(address, addresses, LOG_FOLDER, options.settings ?? {}), target: SETTINGS_FILE },
        ])
        .withEntrypoint(['sh', '-c', command])
        .start(),
    ),
  );
  const containers = started.flatMap((container) => (container.status === 'fulfilled' ? [container.value] : []));
  const stop = async () => {
    await Promise.all(containers.map((container) => container.stop()));
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await network.stop();
  };
  const failed = started.find((container) => container.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const docker = async (command: ContainerCommand, broker: number) => {
    const container = containers[broker - 1];
    if (!container) throw new Error(`there is no broker ${broker}; they are numbered from 1`);
    await commandContainer(command, container.getId());
  };
  return {
    brokers: addresses.map((address) => `127.0.0.1:${address.advertisedPort}`),
    source: 'docker',
    proxies,
    assertAlive: () => undefined,
    kill: (broker) => docker('kill', broker),
    start: (broker) => docker('start', broker),
    freeze: (broker) => docker('pause', broker),
    unfreeze: (broker) => docker('unpause', broker),
    stop,
  };
}
