export * from './postgres/fresh-database';
export * from './postgres/postgres-server';
export { oncePerRun, runFolder } from './postgres/test-run';
