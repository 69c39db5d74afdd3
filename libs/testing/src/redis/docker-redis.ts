import { commandContainer, commandContainerNow } from '../parts/docker';
import type { RunningRedis } from './local-redis';

/** As docker-compose.yml has it. */
const IMAGE = 'redis:7-bookworm';
const REDIS_PORT = 6379;

/** A container that keeps nothing, on a port that it has again after a restart. */
export async function startDockerRedis(port: number): Promise<RunningRedis> {
  // Loaded only where Docker is used: testcontainers is a development dependency.
  const { GenericContainer } = await import('testcontainers');
  const container = await new GenericContainer(IMAGE)
    .withExposedPorts({ container: REDIS_PORT, host: port })
    .withCommand(['redis-server', '--save', '', '--appendonly', 'no'])
    .start();
  const id = container.getId();
  return {
    source: 'docker',
    assertAlive: () => undefined,
    kill: () => commandContainer('kill', id),
    start: () => commandContainer('start', id),
    freeze: () => commandContainerNow('pause', id),
    unfreeze: () => commandContainerNow('unpause', id),
    stop: async () => void (await container.stop()),
  };
}
