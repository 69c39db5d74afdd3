import { OutboxRelay } from '@app/messaging';
import { HealthRegistry } from '@app/observability';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { GateWatch } from './gates/gate-watch';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RELAY } from './scheduler.tokens';

/** What runs beside requests and batches. The relay outlives the consumers; the pool is closed last. */
@Injectable()
export class SchedulerLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RELAY) private readonly relay: OutboxRelay,
    private readonly watch: GateWatch,
    private readonly health: HealthRegistry,
  ) {}

  onApplicationBootstrap(): void {
    this.health.register({ name: 'scheduler.database', check: () => this.dataSource.query('SELECT 1') });
    this.relay.start();
    this.watch.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.watch.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
    await this.dataSource.destroy();
  }
}
