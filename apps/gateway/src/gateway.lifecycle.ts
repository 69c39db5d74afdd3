import { ALL_TOPICS, TOPICS } from '@app/contracts';
import { Accumulator, type EventLog } from '@app/messaging';
import { HealthRegistry, ServiceMetrics } from '@app/observability';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EventLoopDelay } from './answers/load-shedder';
import { GATEWAY_LOG } from './gateway.tokens';
import { ClockComparison } from './health/clock-comparison';

/** One partition's end tells as much about the log as all of them. */
const PROBED_PARTITION = 0;

/**
 * What has to work before the gateway gets requests, and what it leaves behind. Nest closes the HTTP server between the
 * two halves of a shutdown, so that every request already taken finds the accumulator open.
 */
@Injectable()
export class GatewayLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(GATEWAY_LOG) private readonly log: EventLog,
    private readonly accumulator: Accumulator,
    private readonly clock: ClockComparison,
    private readonly eventLoopDelay: EventLoopDelay,
    private readonly health: HealthRegistry,
    private readonly metrics: ServiceMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.health.register({ name: 'gateway.clock', check: () => this.clock.assertClose() });
    this.health.register({
      name: 'gateway.log',
      check: () => this.log.ranges(TOPICS.attempts.name, [PROBED_PARTITION]),
    });
    this.metrics.watchClock('gateway', () => this.clock.differenceSeconds());
    if (this.log.condition) this.metrics.watchLog(() => this.log.condition!(ALL_TOPICS));
  }

  async onApplicationShutdown(): Promise<void> {
    this.eventLoopDelay.stop();
    await this.accumulator.close();
  }
}
