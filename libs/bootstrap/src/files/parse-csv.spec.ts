import { DomainError } from '@app/contracts';
import { CSV_PROBLEMS_MAX, parseCsv } from './parse-csv';

const OPTIONS = {
  columns: {
    nip: { pattern: /\d{18}/, expected: '18 digits', unique: true },
    name: {},
    level: { required: false, pattern: /jpt|administrator/ },
  },
  maxRows: 200,
};
const NIP = '197801012005011001';

function problemsOf(text: string) {
  try {
    parseCsv(text, OPTIONS);
  } catch (error) {
    if (error instanceof DomainError) {
      expect(error.code).toBe('file.invalid');
      return error.options.problems ?? [];
    }
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('reading a CSV file', () => {
  test.each([
    ['commas', `nip,name,level\n${NIP},"Siti, S.H.",jpt\n`],
    ['semicolons, a byte order mark and CRLF', `\uFEFFname;nip;level\r\n"Siti, S.H.";${NIP};jpt\r\n`],
    ['no line break at the end', `nip,name,level\n ${NIP} ,"Siti, S.H.",jpt`],
    ['empty lines', `nip,name,level\n\n${NIP},"Siti, S.H.",jpt\n\n`],
  ])('a file with %s gives its rows', (_, text) => {
    const [row, ...others] = parseCsv(text, OPTIONS);
    expect(row?.values).toEqual({ nip: NIP, name: 'Siti, S.H.', level: 'jpt' });
    expect(others).toEqual([]);
  });

  test('an optional column may be left out', () => {
    expect(parseCsv(`nip,name\n${NIP},Siti\n`, OPTIONS)[0]?.values.level).toBe('');
  });

  test('every wrong cell is named by row and column as a spreadsheet counts them', () => {
    const text = `nip,name,level\n${NIP},Siti,\n12345,Budi,jpt\n\n${NIP},,staf\n${NIP},Ani\n`;
    expect(problemsOf(text)).toEqual([
      { at: 'row 6', message: 'has 2 columns, the header has 3' },
      { at: 'row 3, column nip', message: 'must be 18 digits' },
      { at: 'row 5, column nip', message: 'has the same value as row 2' },
      { at: 'row 5, column name', message: 'is empty' },
      { at: 'row 5, column level', message: 'has a form that is not allowed' },
    ]);
  });

  test('a header is checked by name and place', () => {
    expect(problemsOf('nip,nip,Jabatan\n')).toEqual([
      { at: 'row 1, column name', message: 'is missing' },
      { at: 'row 1, column number 2', message: 'is a second column nip' },
      { at: 'row 1, column number 3', message: 'is not one of nip, name, level' },
    ]);
  });

  test.each([
    ['an open quotation mark', `nip,name,level\n${NIP},"Siti Rahayu,jpt\n`],
    ['a quotation mark inside a cell', `nip,name,level\n${NIP},Siti "Rahayu",jpt\n`],
    ['text behind a quotation mark', `nip,name,level\n${NIP},"Siti" Rahayu,jpt\n`],
    ['a file without header', `${NIP},Siti Rahayu,jpt\n`],
    ['a wrong cell', `nip,name,level\n${NIP}9,Siti Rahayu,Rahayu\n`],
  ])('%s is refused without a word of the file', (_, text) => {
    const problems = JSON.stringify(problemsOf(text));
    expect(problems).not.toMatch(/Rahayu|Siti/);
    expect(problems).not.toContain(NIP);
  });

  test('an empty file, a binary file and a file with too many rows are refused', () => {
    expect(problemsOf('')).toEqual([{ at: 'file', message: 'is empty' }]);
    expect(problemsOf('PK\0\0')).toEqual([{ at: 'file', message: 'contains a NUL character: is it a text file?' }]);
    const long = `nip,name\n${`${NIP},Siti\n`.repeat(201)}`;
    expect(problemsOf(long)).toEqual([{ at: 'file', message: 'has more than 200 rows' }]);
  });

  test('a file full of errors shows the first and counts the others', () => {
    const problems = problemsOf(`nip,name\n${'1,Siti\n'.repeat(150)}`);
    expect(problems).toHaveLength(CSV_PROBLEMS_MAX + 1);
    expect(problems.at(-1)).toEqual({ at: 'file', message: 'has 50 more problems' });
  });
});
