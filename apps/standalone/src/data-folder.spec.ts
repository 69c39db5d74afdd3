import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFolder } from './data-folder';

describe('DataFolder', () => {
  let parent: string;
  let folder: DataFolder;

  beforeEach(async () => {
    parent = mkdtempSync(join(tmpdir(), 'petabakat-data-'));
    folder = new DataFolder(join(parent, 'data'));
    await folder.prepare();
  });

  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  test('secrets made on the first start are the same ever after', async () => {
    const first = await folder.secrets();
    expect(await new DataFolder(folder.path).secrets()).toEqual(first);
  });

  test('two installations share no secret', async () => {
    const other = new DataFolder(join(parent, 'other'));
    await other.prepare();
    const [mine, theirs] = await Promise.all([folder.secrets(), other.secrets()]);
    const shared = Object.values(mine)
      .flat()
      .filter((value) => Object.values(theirs).flat().includes(value));
    expect(shared).toEqual([]);
  });

  test('only the owner can read what the folder holds', async () => {
    await folder.secrets();
    await folder.publishDatabaseUrl('postgresql://somewhere');
    const modes = readdirSync(folder.path).map((name) => [name, statSync(join(folder.path, name)).mode & 0o777]);
    expect(modes).toEqual([
      ['database-url', 0o600],
      ['secrets.json', 0o600],
    ]);
    expect(readFileSync(folder.databaseUrlFile, 'utf8')).toBe('postgresql://somewhere');
  });

  test.each(['', '{', '{}', '{"attemptTokenKeys":[]}'])(
    'a damaged file of secrets (%j) is never replaced',
    async (text) => {
      const file = join(folder.path, 'secrets.json');
      writeFileSync(file, text);
      await expect(folder.secrets()).rejects.toThrow('is damaged');
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );
});
