/** Consumer group of the scheduler; every process of the service shares its partitions. */
export const SCHEDULER_GROUP = 'scheduler';
/** CloudEvents `source` of everything it publishes. */
export const SCHEDULER_SOURCE = '/petabakat/scheduler';

export const SCHEDULER_DATA_SOURCE = Symbol('scheduler data source');
export const SCHEDULER_LOG = Symbol('scheduler log');
export const SCHEDULER_RUNTIME = Symbol('scheduler runtime');
export const SCHEDULER_WATCH_RUNTIME = Symbol('scheduler gate watch runtime');
export const SCHEDULER_RELAY = Symbol('scheduler outbox relay');
