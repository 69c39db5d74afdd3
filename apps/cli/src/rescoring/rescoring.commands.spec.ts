import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PartFolder } from './part-folder';
import { parseScope } from './scope.option';

const RANGES: [number, { startOffset: number; endOffset: number }][] = [
  [0, { startOffset: 0, endOffset: 5 }],
  [1, { startOffset: 0, endOffset: 7 }],
];
const part = (partition: number) => ({
  partition,
  endOffset: 5,
  records: 5,
  rows: [],
  earlier: [],
  unfit: [],
  unreadable: [],
});

describe('a scope on the command line', () => {
  test.each([
    ['all', { kind: 'all', id: 'all' }],
    ['agency:bkn', { kind: 'agency', id: 'bkn' }],
    ['cluster:1', { kind: 'cluster', id: '1' }],
    ['session:s-1', { kind: 'session', id: 's-1' }],
  ])('%s is understood', (text, scope) => {
    expect(parseScope(text)).toEqual(scope);
  });

  test.each(['', 'everybody', 'agency:', 'person:p-1', 'agency:a b'])('%j is refused', (text) => {
    expect(() => parseScope(text)).toThrow('Give all');
  });
});

describe('a folder of parts', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parts-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  test('a run that goes on finds its parts and the ranges that it began with', async () => {
    await PartFolder.open(folder, 'run', RANGES).save(part(0));
    const later: typeof RANGES = RANGES.map(([partition]) => [partition, { startOffset: 0, endOffset: 99 }]);
    const opened = PartFolder.open(folder, 'run', later);
    expect(await opened.finished()).toEqual([0]);
    expect(opened.ranges).toEqual(RANGES);
    await opened.save(part(1));
    expect(opened.parts().map(({ partition }) => partition)).toEqual([0, 1]);
  });

  test('parts of another run are not mistaken for its own', () => {
    PartFolder.open(folder, 'run', RANGES);
    expect(() => PartFolder.open(folder, 'another', RANGES)).toThrow('another dry run');
  });
});
