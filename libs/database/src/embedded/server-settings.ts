/** `name=value` pairs for the server's command line. */
export type ServerSettings = Readonly<Record<string, string>>;

/** For a machine of two cores that also runs the services. Everything that an acknowledgement rests on stays on. */
export const DEFAULT_SETTINGS: ServerSettings = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  listen_addresses: '127.0.0.1',
  // Sockets in shared folders invite mix-ups between servers; every client uses the port.
  unix_socket_directories: '',
  // One process of everything and room for the command line and an operator (docs/limits.md); each costs some memory.
  max_connections: '100',
  shared_buffers: '512MB',
  // Full-page images after a checkpoint are most of the log's write load: few checkpoints, compressed images.
  max_wal_size: '4GB',
  min_wal_size: '512MB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  // Short statements by the thousand: compiling them costs more than running them.
  jit: 'off',
  // Head rows and progress rows change hundreds of times a second; dead versions must go before they pile up.
  autovacuum_naptime: '15s',
  timezone: 'UTC',
  // No statement text, hence no personal data, and no line for an error that the service reports itself.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
};

export function commandLineArguments(settings: ServerSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
