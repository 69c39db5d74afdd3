import { latestVersions, newVersions } from './versioned-records';

interface Row {
  readonly code: string;
  readonly name: string;
}

const codeOf = ({ code }: Row) => code;
const recorded = [
  { code: 'a', name: 'first', version: 1 },
  { code: 'a', name: 'second', version: 2 },
  { code: 'b', name: 'only', version: 1 },
];

describe('versioned records', () => {
  test('a row that says what the latest version says makes none', () => {
    expect(newVersions([{ code: 'a', name: 'second' }], recorded, codeOf)).toEqual([]);
  });

  test('a changed row is the next version, a new one the first', () => {
    const rows = [
      { code: 'a', name: 'third' },
      { code: 'c', name: 'new' },
    ];
    expect(newVersions(rows, recorded, codeOf)).toEqual([
      { code: 'a', name: 'third', version: 3 },
      { code: 'c', name: 'new', version: 1 },
    ]);
  });

  test('going back to what was said before is a version too', () => {
    expect(newVersions([{ code: 'a', name: 'first' }], recorded, codeOf)).toMatchObject([{ version: 3 }]);
  });

  test('the highest version is the latest, in whatever order they come', () => {
    expect(latestVersions([...recorded].reverse(), codeOf).get('a')).toMatchObject({ name: 'second' });
  });
});
