export * from './postgres/fresh-database';
export * from './postgres/postgres-server';
export { oncePerRun, runFolder } from './postgres/test-run';
export * from './kafka/local-kafka';
export * from './parts/free-port';
export * from './parts/guarded-process';
export * from './parts/required-part';
export * from './proxy/tcp-proxy';
export * from './redis/local-redis';
