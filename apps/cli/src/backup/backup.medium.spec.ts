import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_TOPICS, TOPICS } from '@app/contracts';
import { EmbeddedPostgres } from '@app/database';
import { PostgresEventLog } from '@app/messaging';
import { commandLine } from '../command-line.fixture';

/** The server is started and stopped several times. */
jest.setTimeout(120_000);

describe('backup and restore of the embedded default', () => {
  let folder: string;
  let dataFolder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'petabakat-backup-'));
    chmodSync(folder, 0o711);
    dataFolder = join(folder, 'data');
    mkdirSync(dataFolder, { mode: 0o711 });
    writeFileSync(join(dataFolder, 'secrets.json'), '{"commitmentSecret":"kept"}', { mode: 0o600 });
    await withLog(dataFolder, async (log) => {
      await log.createTopics(ALL_TOPICS);
      const records = Array.from({ length: 50 }, (_, nth) => ({ key: `a-${nth}`, value: `{"nth":${nth}}` }));
      await log.append(TOPICS.attempts.name, records);
    });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function withLog<T>(of: string, work: (log: PostgresEventLog) => Promise<T>): Promise<T> {
    const server = await EmbeddedPostgres.start({ dataDir: join(of, 'postgres') });
    const log = await PostgresEventLog.open({ url: server.url });
    try {
      return await work(log);
    } finally {
      await log.close();
      await server.stop();
    }
  }

  const run = (command: string, target: string, of = dataFolder) => commandLine([command, target, '--data-folder', of]);

  test('what was backed up comes back whole on an empty machine', async () => {
    const backup = join(folder, 'backup');
    expect(await run('backup', backup)).toMatchObject({ exitCode: 0, out: expect.stringContaining('50 records') });
    const restored = join(folder, 'restored');
    expect(await run('restore', backup, restored)).toMatchObject({ exitCode: 0, error: '' });
    const values = await withLog(restored, async (log) => {
      const found: string[] = [];
      for (const [partition] of await log.ranges(TOPICS.attempts.name)) {
        const records = await log.read(TOPICS.attempts.name, partition, 0, 100);
        found.push(...records.map(({ value }) => value));
      }
      return found;
    });
    expect(new Set(values).size).toBe(50);
    expect(statSync(join(restored, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  test('a folder that a running process uses is refused, and nothing is left behind', async () => {
    const target = join(folder, 'while-running');
    const result = await withLog(dataFolder, () => run('backup', target));
    expect(result).toMatchObject({ exitCode: 1, error: expect.stringContaining('backup.folder-in-use') });
    expect(existsSync(target)).toBe(false);
  });

  test('nothing that exists is overwritten', async () => {
    const backup = join(folder, 'second');
    await run('backup', backup);
    const refused = { exitCode: 1, error: expect.stringContaining('backup.target-exists') };
    expect(await run('backup', backup)).toMatchObject(refused);
    expect(await run('restore', backup)).toMatchObject(refused);
  });

  test('a backup with a changed, a missing or a foreign file is refused by its name', async () => {
    const backup = join(folder, 'harmed');
    await run('backup', backup);
    writeFileSync(join(backup, 'data', 'secrets.json'), '{"commitmentSecret":"other"}');
    rmSync(join(backup, 'data', 'postgres', 'PG_VERSION'));
    writeFileSync(join(backup, 'data', 'postgres', 'stranger'), '');
    const target = join(folder, 'never-made');
    const result = await run('restore', backup, target);
    expect(result.error).toContain('backup.damaged');
    expect(result.error).toContain('secrets.json: is not what was written');
    expect(result.error).toContain('postgres/PG_VERSION: is missing');
    expect(result.error).toContain('postgres/stranger: does not belong to the backup');
    expect(existsSync(target)).toBe(false);
  });

  test('what is no data folder and what is no backup are refused', async () => {
    expect((await run('backup', join(folder, 'x'), folder)).error).toContain('no data folder');
    expect((await run('restore', folder, join(folder, 'y'))).error).toContain('backup.damaged');
  });
});
