/** Consumer group of the scoring service; every process of the service shares its partitions. */
export const SCORING_GROUP = 'scoring';
/** CloudEvents `source` of everything it publishes. */
export const SCORING_SOURCE = '/petabakat/scoring';

export const SCORING_DATA_SOURCE = Symbol('scoring data source');
export const SCORING_LOG = Symbol('scoring log');
export const SCORING_RUNTIME = Symbol('scoring runtime');
export const SCORING_RELAY = Symbol('scoring outbox relay');
