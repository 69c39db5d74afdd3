import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../command-line.fixture';

const DOCUMENT = join(__dirname, '../../../../docs/capacity.md');
const EXAMPLE = /```\n\$ petabakat (.+)\n([\s\S]+?)\n```/g;

const examples = [...readFileSync(DOCUMENT, 'utf8').matchAll(EXAMPLE)].map(
  ([, words, text]) => [words!, text!] as const,
);

test('the document shows examinations up to four million candidates', () => {
  expect(examples.map(([words]) => words)).toContain('capacity --candidates 40000 --interval 40');
  expect(examples.some(([words]) => words.includes('--candidates 4000000'))).toBe(true);
});

test.each(examples)('what the document shows for petabakat %s is what it prints', async (words, text) => {
  const { exitCode, out } = await commandLine(words.split(' '));
  expect(exitCode).toBe(0);
  expect(out.trimEnd()).toBe(text);
});

test('what lies far beyond the measurements is called an extrapolation', () => {
  for (const [words, text] of examples) {
    if (/--candidates \d{6,}/.test(words)) expect(text).toContain('EXTRAPOLATION');
  }
});
