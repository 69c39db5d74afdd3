export * from './attempt-views';
export * from './in-process-attempt-views';
export * from './redis-attempt-views';
