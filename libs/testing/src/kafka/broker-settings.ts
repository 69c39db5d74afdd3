/** Where one broker listens. Clients, the other brokers and the controllers each have their own port. */
export interface BrokerAddress {
  readonly nodeId: number;
  /** The address to bind to: 127.0.0.1 for a process, 0.0.0.0 inside a container. */
  readonly bindHost: string;
  /** Where the other brokers find this one. */
  readonly peerHost: string;
  readonly clientPort: number;
  readonly brokerPort: number;
  readonly controllerPort: number;
  /** What clients are told: the broker's own port, or that of a proxy before it. */
  readonly advertisedPort: number;
}

/** A controller that is no broker. */
export type ControllerAddress = Pick<BrokerAddress, 'bindHost' | 'controllerPort' | 'nodeId' | 'peerHost'>;

/**
 * The properties file of one broker of a cluster of `brokers`.
 * @param controllers who leads the cluster; left out, every broker is also a controller
 */
export function brokerSettings(
  address: BrokerAddress,
  brokers: readonly BrokerAddress[],
  logFolder: string,
  more: Readonly<Record<string, string>>,
  controllers?: readonly ControllerAddress[],
): string {
  const replicas = Math.min(3, brokers.length);
  const inSync = replicas === 3 ? 2 : 1;
  const settings: Record<string, string> = {
    'process.roles': controllers ? 'broker' : 'broker,controller',
    'node.id': `${address.nodeId}`,
    'controller.quorum.voters': votersOf(controllers ?? brokers),
    listeners: [
      `CLIENT://${address.bindHost}:${address.clientPort}`,
      `BROKER://${address.bindHost}:${address.brokerPort}`,
      ...(controllers ? [] : [controllerListenerOf(address)]),
    ].join(','),
    // Brokers talk to each other past the proxies: those stand for the clients' network.
    'advertised.listeners': `CLIENT://127.0.0.1:${address.advertisedPort},BROKER://${address.peerHost}:${address.brokerPort}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logFolder,
    'default.replication.factor': `${replicas}`,
    'min.insync.replicas': `${inSync}`,
    'offsets.topic.replication.factor': `${replicas}`,
    // The stock 50 partitions take seconds to make and to elect leaders for; tests have few groups.
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': `${replicas}`,
    'transaction.state.log.min.isr': `${inSync}`,
    'transaction.state.log.num.partitions': '3',
    'share.coordinator.state.topic.replication.factor': `${replicas}`,
    'share.coordinator.state.topic.min.isr': `${inSync}`,
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
    'unclean.leader.election.enable': 'false',
    ...more,
  };
  return propertiesOf(settings);
}

/** The properties file of a controller that keeps no records of clients. */
export function controllerSettings(
  address: ControllerAddress,
  logFolder: string,
  more: Readonly<Record<string, string>>,
): string {
  return propertiesOf({
    'process.roles': 'controller',
    'node.id': `${address.nodeId}`,
    'controller.quorum.voters': votersOf([address]),
    listeners: controllerListenerOf(address),
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logFolder,
    ...more,
  });
}

function votersOf(controllers: readonly ControllerAddress[]): string {
  return controllers.map((each) => `${each.nodeId}@${each.peerHost}:${each.controllerPort}`).join(',');
}

function controllerListenerOf({ bindHost, controllerPort }: ControllerAddress): string {
  return `CONTROLLER://${bindHost}:${controllerPort}`;
}

function propertiesOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
