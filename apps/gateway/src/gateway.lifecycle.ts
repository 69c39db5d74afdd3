import { DatabaseClock } from '@app/bootstrap';
import { ALL_TOPICS } from '@app/contracts';
import { Accumulator, type EventLog } from '@app/messaging';
import { HealthRegistry, ServiceMetrics } from '@app/observability';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EventLoopDelay } from './answers/load-shedder';
import { GATEWAY_LOG } from './gateway.tokens';
import { LogProbe } from './health/log-probe';

/**
 * What has to work before the gateway gets requests, and what it leaves behind. Nest closes the HTTP server between the
 * two halves of a shutdown, so that every request already taken finds the accumulator open.
 */
@Injectable()
export class GatewayLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(GATEWAY_LOG) private readonly log: EventLog,
    private readonly accumulator: Accumulator,
    private readonly clock: DatabaseClock,
    private readonly logProbe: LogProbe,
    private readonly eventLoopDelay: EventLoopDelay,
    private readonly health: HealthRegistry,
    private readonly metrics: ServiceMetrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.clock.start();
    this.health.register({ name: 'gateway.clock', check: async () => this.clock.assertClose() });
    this.health.register({ name: 'gateway.log', check: () => this.logProbe.check() });
    this.metrics.watchClock('gateway', () => this.clock.differenceSeconds());
    if (this.log.condition) this.metrics.watchLog(() => this.log.condition!(ALL_TOPICS));
  }

  async onApplicationShutdown(): Promise<void> {
    this.eventLoopDelay.stop();
    await this.accumulator.close();
    await this.clock.stop();
  }
}
