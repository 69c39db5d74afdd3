export { assertPlainName, createDataSource, type DatabaseOptions } from './data-source';
export { assertDurable, type RowSource } from './durability';
export { EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded/embedded-postgres';
export { serverAccount } from './embedded/server-account';
export { DEFAULT_SETTINGS, type ServerSettings } from './embedded/server-settings';
export { migrate, underMigrationLock } from './migrate';
export { assertNoDrift } from './schema-drift';
export { isTransientDatabaseError } from './transient-error';
export { endInTime } from './end-in-time';
