import { DatabaseClock } from '@app/bootstrap';
import { HealthRegistry, ServiceMetrics } from '@app/observability';
import { OutboxRelay, readDatabaseFigures } from '@app/messaging';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { ASSESSMENT_DATA_SOURCE } from './assessment.tokens';
import { AttemptsRepository } from './attempts/attempts.repository';
import { DeadlineSweeper } from './attempts/deadline-sweeper';

/**
 * What runs beside requests and batches. The relay outlives HTTP and consumers, so that the last command's event goes
 * out; the pool is closed last.
 */
@Injectable()
export class AssessmentLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(ASSESSMENT_DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly relay: OutboxRelay,
    private readonly sweeper: DeadlineSweeper,
    private readonly clock: DatabaseClock,
    private readonly attempts: AttemptsRepository,
    private readonly health: HealthRegistry,
    private readonly metrics: ServiceMetrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.clock.start();
    this.health.register({ name: 'assessment.clock', check: async () => this.clock.assertClose() });
    this.health.register({ name: 'assessment.database', check: () => this.dataSource.query('SELECT 1') });
    this.metrics.watchDatabase('assessment', () => readDatabaseFigures(this.dataSource));
    this.metrics.watchOpenDeadLetters('assessment', () => this.attempts.countOpenDeadLetters(this.dataSource.manager));
    this.relay.start();
    this.sweeper.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeper.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.clock.stop();
    await this.relay.stop();
    await this.dataSource.destroy();
  }
}
