import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { HistoryLine } from './history.format';

/** Every line of a history file. A last line that was cut off by the death of its writer is left out. */
export async function* readHistory(path: string): AsyncGenerator<HistoryLine> {
  for await (const { line } of linesOf(path)) yield line;
}

/** One history, in the order of time, from those of several processes. */
export async function mergeHistories(parts: readonly string[], path: string): Promise<void> {
  const output = createWriteStream(path);
  for await (const text of inOrderOfTime(parts)) {
    if (!output.write(`${text}\n`)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'close');
}

interface ParsedLine {
  readonly text: string;
  readonly line: HistoryLine;
}

async function* linesOf(path: string): AsyncGenerator<ParsedLine> {
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const line = parsedOrNull(text);
    if (line) yield { text, line };
  }
}

function parsedOrNull(text: string): HistoryLine | null {
  try {
    return JSON.parse(text) as HistoryLine;
  } catch {
    return null;
  }
}

/** The lines of each part are in order already, so the earliest of their heads comes next. */
async function* inOrderOfTime(parts: readonly string[]): AsyncGenerator<string> {
  const heads: { source: AsyncGenerator<ParsedLine>; head: ParsedLine }[] = [];
  for (const source of parts.map(linesOf)) {
    const first = await source.next();
    if (!first.done) heads.push({ source, head: first.value });
  }
  while (heads.length > 0) {
    const earliest = heads.reduce((best, one) => (timeOf(one.head.line) < timeOf(best.head.line) ? one : best));
    yield earliest.head.text;
    const next = await earliest.source.next();
    if (next.done) heads.splice(heads.indexOf(earliest), 1);
    else earliest.head = next.value;
  }
}

/** The run line comes first and the end line last, whatever the clocks of the processes say. */
function timeOf(line: HistoryLine): number {
  if (line.phase === 'run') return -Infinity;
  return line.phase === 'end' ? Infinity : line.atMs;
}
