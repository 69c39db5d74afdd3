export * from './consumption/event-batch';
export * from './log/event-log';
export * from './log/partitioner';
export * from './log/runtime';
