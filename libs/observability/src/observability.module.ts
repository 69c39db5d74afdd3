import { Global, Module } from '@nestjs/common';
import { HealthController } from './health.controller';
import { HealthRegistry } from './health.registry';
import { METRICS, createMetrics } from './metrics';
import { MetricsController } from './metrics.controller';
import { ServiceMetrics } from './service.metrics';

/** One registry of metrics and one of health checks per process, however many services run in it. */
@Global()
@Module({
  controllers: [HealthController, MetricsController],
  providers: [HealthRegistry, ServiceMetrics, { provide: METRICS, useFactory: createMetrics }],
  exports: [HealthRegistry, METRICS, ServiceMetrics],
})
export class ObservabilityModule {}
