import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GuardedProcess, freePort } from '@app/testing';
import { type PlatformUnderTest, type Reply, Staff, call, until } from './test-platform';

/** The embedded default as one process of the built tree, on a data folder of its own. */
export class StandalonePlatform implements PlatformUnderTest {
  private constructor(
    readonly url: string,
    readonly staff: Staff,
    private readonly folder: string,
    private readonly process_: GuardedProcess,
  ) {}

  static async start(): Promise<StandalonePlatform> {
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
    const url = `http://127.0.0.1:${port}`;
    await until('standalone is ready', async () => {
      if (started.hasEnded) throw new Error(started.describeEnd());
      return (await call('GET', `${url}/health/ready`).catch(() => null))?.status === 200;
    });
    const databaseUrl = readFileSync(join(folder, 'data', 'database-url'), 'utf8').trim();
    return new StandalonePlatform(url, await Staff.hire(databaseUrl), folder, started);
  }

  as(
    account: Parameters<Staff['tokenOf']>[0],
    method: string,
    path: string,
    options: { json?: unknown; csv?: string } = {},
  ): Promise<Reply> {
    return call(method, this.url + path, { ...options, token: this.staff.tokenOf(account) });
  }

  async stop(): Promise<void> {
    await this.process_.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
