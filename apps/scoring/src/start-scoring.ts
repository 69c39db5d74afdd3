import { type RunningService, type ServiceContext, startConsumingService } from '@app/bootstrap';
import { systemRuntime } from '@app/messaging';
import type { ScoringConfig } from './config';
import { ScoringModule, scoringConsumers } from './scoring.module';

/** Everything but the import of packages, which has a limit of its own, is a query without a body. */
const BODY_BYTES_MAX = 65_536;

/** One process of the scoring service, listening and consuming. */
export function startScoring(config: ScoringConfig, { onFatal }: ServiceContext): Promise<RunningService> {
  return startConsumingService({
    name: 'scoring',
    config,
    bodyLimitBytes: BODY_BYTES_MAX,
    attemptTokens: null,
    module: (log) => ScoringModule.register({ config, log, runtime: systemRuntime }),
    consumers: (app) => scoringConsumers(app, onFatal),
  });
}
