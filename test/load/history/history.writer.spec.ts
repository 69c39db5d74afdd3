import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EndLine, HistoryLine } from './history.format';
import { mergeHistories, readHistory } from './history.merge';
import { HistoryWriter } from './history.writer';

const end = (atMs: number): EndLine => ({ phase: 'end', atMs });
const fault = (atMs: number, name: string): HistoryLine => ({ phase: 'fault', atMs, name, step: 'inject' });

describe('a history', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'petabakat-history-'));
    path = join(folder, 'history.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const inFile = () => readFileSync(path, 'utf8').split('\n').filter(Boolean);

  test('a line is in the file as soon as its writer may go on', async () => {
    const writer = new HistoryWriter(path);
    writer.add(end(1));
    writer.add(end(2));
    expect(inFile()).toHaveLength(0);
    await writer.written();
    expect(inFile()).toEqual(['{"phase":"end","atMs":1}', '{"phase":"end","atMs":2}']);
    await writer.close();
  });

  test('lines added while others are being waited for are waited for as well', async () => {
    const writer = new HistoryWriter(path);
    writer.add(end(1));
    const first = writer.written().then(() => writer.add(end(2)));
    await first;
    await writer.written();
    expect(inFile()).toHaveLength(2);
    await writer.close();
  });

  test('a line that was cut off is left out, the others are read', async () => {
    writeFileSync(path, `${JSON.stringify(end(1))}\n{"phase":"en`);
    const lines: HistoryLine[] = [];
    for await (const line of readHistory(path)) lines.push(line);
    expect(lines).toEqual([end(1)]);
  });

  test('histories of several processes become one in the order of time', async () => {
    const parts = [
      [{ phase: 'run', seed: 1, commit: 'c', startedMs: 9, log: 'kafka', publicKeys: [] }, fault(30, 'd'), end(31)],
      [fault(10, 'a'), fault(20, 'c'), fault(40, 'e')],
      [fault(15, 'b')],
      [],
    ].map((lines, index) => {
      const part = join(folder, `part-${index}`);
      writeFileSync(part, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      return part;
    });
    await mergeHistories(parts, path);
    const lines = inFile().map((text) => JSON.parse(text) as HistoryLine);
    expect(lines.map((line) => ('name' in line ? line.name : line.phase))).toEqual([
      'run',
      'a',
      'b',
      'c',
      'd',
      'e',
      'end',
    ]);
  });
});
