import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GuardedProcess, freePort } from '@app/testing';
import { deviationsFromMatrix } from './support/access-matrix';
import { Staff, call, until } from './support/test-platform';

jest.setTimeout(120_000);

test('standalone lets in exactly the roles of the matrix, with the same guards and no proxy', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-standalone-'));
  // PostgreSQL refuses to run as root; its own account must be able to pass through.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const started = GuardedProcess.start({
    command: process.execPath,
    args: [resolve('dist/apps/standalone/src/main.js')],
    outputFile: join(folder, 'output.log'),
    folder,
    env: { PATH: process.env.PATH, PORT: String(port), PETABAKAT_DATA_FOLDER: join(folder, 'data') },
  });
  try {
    const url = `http://127.0.0.1:${port}`;
    await until(
      'standalone is ready',
      async () => (await call('GET', `${url}/health/ready`).catch(() => null))?.status === 200,
    );
    const staff = await Staff.hire(readFileSync(join(folder, 'data', 'database-url'), 'utf8').trim());
    expect(await deviationsFromMatrix(url, staff)).toEqual([]);
  } finally {
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
