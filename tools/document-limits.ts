import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  PROCESSES_MAX,
  PROCESS_CONNECTIONS,
  type ProcessName,
  RESERVED_CONNECTIONS_MIN,
  connectionsOf,
} from '../libs/contracts/src/connections';
import { groupBy } from './grouping';

const ROOT = join(__dirname, '..');
const FOLDERS = ['apps', 'libs'];
/** What a constant's name ends with where it bounds something: an amount, a size or a time. */
const BOUND =
  /(_MAX|_MIN|_LIMIT|_MS|_SECONDS|_MINUTES|_HOURS|_DAYS|POOL_SIZE|_RETRIES|_PARTITIONS|(BODY|BATCH)_BYTES)$/;
const CONSTANT = /^(?:export )?const ([A-Z][A-Z0-9_]*)(?:: [^=]+)? = (.+?);(?:\s*\/\/ (.*))?$/;
/** How many of one unit make another is arithmetic. */
const CONVERSION = /^(SECOND|MINUTE|HOUR|DAY)_(MS|SECONDS|MINUTES|HOURS)$|_PER_/;

const INTRODUCTION = `# Limits

Every queue, batch, retry, payload, cache and wait has a bound. Below are all that are constants at the top of a file of
\`apps\` and \`libs\` (names that end in MAX, MIN, LIMIT, SIZE or a unit), each with the reason that stands beside it in the
code. Bounds of event fields are in the frozen schemas (docs/events.md), partitions and retention of topics too.

This file is written from the code by \`npm run docs\`; a test compares the two and fails on a bound without a reason.
`;

export interface Limit {
  readonly file: string;
  readonly name: string;
  readonly value: string;
  /** Null where nobody said why. */
  readonly reason: string | null;
}

/** Every bound of the code, by file. */
export function findLimits(): Limit[] {
  return FOLDERS.flatMap((folder) => sourcesOf(join(ROOT, folder))).flatMap(limitsOf);
}

/** @returns the text of docs/limits.md */
export function renderLimits(): string {
  const byPart = groupBy(findLimits(), ({ file }) => file.split('/').slice(0, 2).join('/'));
  const sections = [...byPart].map(([part, limits]) => {
    const rows = limits.map(({ name, value, reason, file }) => {
      return `| \`${name}\` | ${cell(value)} | ${cell(reason ?? '')} | [${file.split('/').at(-1)}](../${file}) |`;
    });
    return `## ${part}\n\n| name | value | reason | where |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return [INTRODUCTION, connectionBudget(), ...sections].join('\n');
}

function connectionBudget(): string {
  const rows = (Object.keys(PROCESS_CONNECTIONS) as ProcessName[]).map((name) => {
    const parts = Object.entries(PROCESS_CONNECTIONS[name]).map(([holder, connections]) => `${holder} ${connections}`);
    const processes = name === 'standalone' ? 1 : PROCESSES_MAX[name];
    return `| ${name} | ${parts.join(', ')} | ${connectionsOf(name, 'kafka')} | ${connectionsOf(name, 'postgres')} | ${processes} |`;
  });
  return `## Connections to PostgreSQL

What one process holds at most, and how many processes may run. Beside them stand one more of any service while it is
replaced and ${RESERVED_CONNECTIONS_MIN} connections that are nobody's: for migrations, the command line, an operator and
PostgreSQL's own superusers. test/packaging/connection-budget.spec.ts walks every way of scaling and replacing against
\`max_connections\` of docker-compose.yml and of the embedded server. Whoever scales further raises \`max_connections\` first.

| process | holds | with the log on Kafka | with the log in PostgreSQL | processes at most |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^[^/]+\/src\/.*\.ts$/.test(name) && !/\.(spec|contract|fixture)\.ts$/.test(name))
    .filter((name) => !name.startsWith('testing/'))
    .toSorted()
    .map((name) => join(folder, name));
}

function limitsOf(path: string): Limit[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const file = relative(ROOT, path);
  return lines.flatMap((line, index) => {
    const [, name, value, trailing] = CONSTANT.exec(line) ?? [];
    if (!name || !value || !BOUND.test(name) || CONVERSION.test(name)) return [];
    return [{ file, name, value, reason: trailing ?? commentAbove(lines, index) }];
  });
}

/** The comment that ends on the line above, as one line of text. A reason belongs to one bound, so blocks share none. */
function commentAbove(lines: readonly string[], index: number): string | null {
  let from = index;
  while (from > 0 && /^\s*(\/\/|\/\*\*|\*)/.test(lines[from - 1]!)) from -= 1;
  const text = lines
    .slice(from, index)
    .map((line) => line.replace(/^\s*(\/\*\*|\*\/|\*|\/\/)\s?/, '').replace(/\s*\*\/$/, ''))
    .join(' ')
    .trim();
  return text === '' ? null : text;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
