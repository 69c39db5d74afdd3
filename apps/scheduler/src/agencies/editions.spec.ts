import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readAgencies, readMemberships } from './agencies.file';

const DATA = join(__dirname, '../../data');
const editions = readdirSync(join(DATA, 'editions'));
const agencies = new Set(readAgencies(readFileSync(join(DATA, 'agencies.csv'), 'utf8')).map(({ code }) => code));

describe('editions of the allocation', () => {
  test('are several, since the published sources disagree', () => {
    expect(editions.length).toBeGreaterThanOrEqual(4);
  });

  test.each(editions)('%s names recorded agencies, one decision and one source', (file) => {
    const rows = readMemberships(readFileSync(join(DATA, 'editions', file), 'utf8'));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ code }) => !agencies.has(code))).toEqual([]);
    expect(new Set(rows.map(({ effectiveFrom, author, source }) => `${effectiveFrom} ${author} ${source}`)).size).toBe(
      1,
    );
    expect(rows[0]?.source).toMatch(/^https:\/\//);
  });
});
