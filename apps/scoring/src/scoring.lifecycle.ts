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
import { PendingScorer } from './scoring/pending-scorer';
import { SCORING_DATA_SOURCE, SCORING_RELAY } from './scoring.tokens';
import { ScoringWork } from './work/scoring-work';

/** What runs beside requests and batches. The relay outlives the consumers; the pool is closed last. */
@Injectable()
export class ScoringLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(SCORING_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCORING_RELAY) private readonly relay: OutboxRelay,
    private readonly pending: PendingScorer,
    private readonly work: ScoringWork,
    private readonly health: HealthRegistry,
    private readonly metrics: ServiceMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.health.register({ name: 'scoring.database', check: () => this.dataSource.query('SELECT 1') });
    this.metrics.watchDatabase('scoring', () => readDatabaseFigures(this.dataSource));
    this.relay.start();
    this.pending.start();
    this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.pending.stop(), this.work.stop()]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
    await this.dataSource.destroy();
  }
}
