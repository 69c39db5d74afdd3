import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findLimits } from '../../../tools/document-limits';
import { DOCUMENTS } from '../../../tools/documents';
import { ERROR_CODES, type ErrorSpec } from './error-codes';

describe('documents written from the code', () => {
  test.each(DOCUMENTS.map((document) => [basename(document.path), document] as const))(
    '%s says what the code says (npm run docs writes it)',
    (_, { path, render }) => {
      expect(readFileSync(path, 'utf8')).toBe(render());
    },
  );

  test('every bound has its reason beside it', () => {
    const limits = findLimits();
    expect(limits.length).toBeGreaterThan(10);
    expect(limits.filter(({ reason }) => reason === null).map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  });

  test('every link to a file of the repository leads to one', () => {
    for (const { path } of DOCUMENTS) {
      const links = [...readFileSync(path, 'utf8').matchAll(/\]\((\.\.\/[^)#]+)\)/g)].map(([, link]) => link!);
      expect(links.filter((link) => !existsSync(join(dirname(path), link)))).toEqual([]);
    }
  });
});

describe('error codes', () => {
  const entries = Object.entries<ErrorSpec>(ERROR_CODES);

  test('each is <subject>.<what> in lower case', () => {
    expect(entries.map(([code]) => code).filter((code) => !/^[a-z-]+\.[a-z-]+$/.test(code))).toEqual([]);
  });

  test('each says in a sentence what happened and what to do', () => {
    const incomplete = entries.filter(
      ([, { title, action }]) => !/^[A-Z].*\.$/.test(title) || !/^[A-Z].*\.$/.test(action),
    );
    expect(incomplete.map(([code]) => code)).toEqual([]);
  });

  test('what the caller caused is not an error of ours, and what we caused is not quiet', () => {
    const misjudged = entries.filter(([code, { status, level }]) =>
      status >= 500 ? level === 'debug' : level === 'error' && !code.startsWith('record.'),
    );
    expect(misjudged.map(([code]) => code)).toEqual([]);
  });
});
