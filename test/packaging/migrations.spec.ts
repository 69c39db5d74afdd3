import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { requirePart } from '@app/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tableMadeBy, takenAwayBy } from './upgrade/expansion.rules';
import {
  PREVIOUS_RELEASE,
  filesOfPreviousRelease,
  findPreviousRelease,
  textInPreviousRelease,
} from './upgrade/previous-release';

const ROOT = join(__dirname, '../..');
const MIGRATION = /^(apps|libs)\/\w+\/src\/migrations\/\d+-[a-z-]+\.ts$/;
/** In a file that removes what the release before the last one was the last to need. */
const CONTRACT = /^\/\/ Contract: nothing has needed it since (\d+\.\d+\.\d+\S*)\.$/m;

const describeWithRelease = requirePart('the previous release', findPreviousRelease);
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'apps', 'libs'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => MIGRATION.test(path));

/** The statements of a migration, as its own code says them. */
async function statementsOf(path: string): Promise<string[]> {
  const statements: string[] = [];
  const recorder = { query: async (sql: string) => void statements.push(sql) } as unknown as QueryRunner;
  const classes = Object.values((await import(join(ROOT, path))) as Record<string, new () => MigrationInterface>);
  for (const Migration of classes) await new Migration().up(recorder);
  return statements;
}

test('there are migrations to judge, and each says something', async () => {
  expect(files.length).toBeGreaterThan(3);
  for (const path of files) expect(await statementsOf(path)).not.toEqual([]);
});

describeWithRelease(`since ${PREVIOUS_RELEASE.version}`, () => {
  const released = filesOfPreviousRelease(MIGRATION);
  const since = files.filter((path) => !released.includes(path));

  test('no migration of the release was changed or removed, since it will not run again', () => {
    const changed = released.filter(
      (path) => !files.includes(path) || textInPreviousRelease(path) !== readFileSync(join(ROOT, path), 'utf8'),
    );
    expect(changed).toEqual([]);
  });

  test('migrations only add, so that the release keeps running on the new schema', async () => {
    const texts = await Promise.all(since.map(async (path) => ({ path, statements: await statementsOf(path) })));
    const tablesMade = new Set(
      texts.flatMap(({ statements }) => statements.map(tableMadeBy).filter((name) => name !== null)),
    );
    const problems = texts
      .filter(({ path }) => !CONTRACT.test(readFileSync(join(ROOT, path), 'utf8')))
      .flatMap(({ path, statements }) =>
        statements.flatMap((sql) => takenAwayBy(sql, tablesMade).map((problem) => `${path} ${problem}: ${sql}`)),
      );
    expect(problems).toEqual([]);
  });

  test('what is removed was last needed before the release', () => {
    const early = since.flatMap((path) => {
      const [, version] = CONTRACT.exec(readFileSync(join(ROOT, path), 'utf8')) ?? [];
      return version !== undefined && version.localeCompare(PREVIOUS_RELEASE.version, 'en', { numeric: true }) >= 0
        ? [path]
        : [];
    });
    expect(early).toEqual([]);
  });
});
