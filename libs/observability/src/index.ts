export {
  correlateRequest,
  correlationId,
  correlationIdIn,
  correlationIdOf,
  isTracingRecords,
  runWithCorrelation,
  traceRecords,
} from './correlation';
export { HealthController } from './health.controller';
export { HEALTH_CHECK_TIMEOUT_MS, type HealthCheck, HealthRegistry } from './health.registry';
export { JsonLogger } from './json-logger';
export { METRICS, createMetrics } from './metrics';
export { MetricsController } from './metrics.controller';
export { ObservabilityModule } from './observability.module';
export {
  type ConsumedPartition,
  type DatabaseFigures,
  type LogFigures,
  ServiceMetrics,
  type WatchedConsumer,
} from './service.metrics';
export { redactField, redactText } from './redaction';
