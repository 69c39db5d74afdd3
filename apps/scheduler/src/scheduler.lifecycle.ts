import { OutboxRelay, readDatabaseFigures } from '@app/messaging';
import { HealthRegistry, ServiceMetrics } from '@app/observability';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { GateWatch } from './gates/gate-watch';
import { ProgressRepository } from './progress/progress.repository';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RELAY } from './scheduler.tokens';

/** What runs beside requests and batches. The relay outlives the consumers; the pool is closed last. */
@Injectable()
export class SchedulerLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RELAY) private readonly relay: OutboxRelay,
    private readonly watch: GateWatch,
    private readonly progress: ProgressRepository,
    private readonly health: HealthRegistry,
    private readonly metrics: ServiceMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.health.register({ name: 'scheduler.database', check: () => this.dataSource.query('SELECT 1') });
    this.metrics.watchDatabase('scheduler', () => readDatabaseFigures(this.dataSource));
    this.metrics.watchOpenDeadLetters('scheduler', async () => {
      return (await this.progress.setAside(this.dataSource.manager)).length;
    });
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
