import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultFigures, FaultResult } from '../test/faults/harness/fault.result';
import { groupBy } from './grouping';

const FAULTS = join(__dirname, '..', 'test/faults');

const INTRODUCTION = `# Faults

What happened when parts of the platform were killed, frozen, cut off or lied to while candidates answered: the last run
of each row on each log. The rows stand in \`test/faults/*.faults.ts\`, [testing.md](testing.md) says how they are run and
what makes one fail. All runs, the failed ones too, are lines of
[runs.jsonl](../test/faults/results/runs.jsonl); this file is written from them by \`npm run docs\`.

Offered and acknowledged are answers; unknown and 503 are tries, which the candidate page repeats. *Recovered* is the time
from the healing until the first of five seconds in which 95 % of what was offered was acknowledged and no record waited
longer than a second; a dash says that the load ended before.
`;
const HEAD = [
  '| row | log | last run | offered/s | acknowledged | unknown | 503 | recovered | largest lag | commit, seed |',
  '| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
];

/** @returns the text of docs/faults.md */
export function renderFaults(): string {
  const rows = definedRows();
  const last = new Map(resultsOf().map((result) => [result.row, result]));
  const defined = [...last.values()].filter(({ row }) => rows.has(row.split('/')[0]!));
  const byGuarantee = groupBy(defined, ({ row }) => rows.get(row.split('/')[0]!)!);
  const sections = [...byGuarantee]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([guarantee, results]) => {
      const lines = results.toSorted((a, b) => (a.row < b.row ? -1 : 1)).map(lineOf);
      return [`## ${guarantee}`, '', ...HEAD, ...lines, ''].join('\n');
    });
  return [INTRODUCTION, ...sections].join('\n');
}

function resultsOf(): FaultResult[] {
  const lines = readFileSync(join(FAULTS, 'results/runs.jsonl'), 'utf8').split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as FaultResult);
}

/** The guarantee of each row that is still written somewhere: names in the file that ends with the guarantee's. */
function definedRows(): Map<string, string> {
  const rows = new Map<string, string>();
  for (const name of readdirSync(FAULTS).filter((one) => one.endsWith('.faults.ts'))) {
    const source = readFileSync(join(FAULTS, name), 'utf8');
    const guarantee = /faultSuite\('([^']+)'/.exec(source)?.[1];
    if (!guarantee) throw new Error(`${name} has no faultSuite`);
    for (const [, row] of source.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)) rows.set(row!, capitalized(guarantee));
  }
  return rows;
}

function lineOf({ row, at, commit, seed, passed, figures }: FaultResult): string {
  const [name, log] = row.split('/');
  const verdict = `${passed ? 'passed' : '**failed**'} ${at.slice(0, 10)}`;
  const cells = [`\`${name}\``, log, verdict, ...figuresOf(figures), `${commit}, ${seed}`];
  return `| ${cells.join(' | ')} |`;
}

function figuresOf(figures: FaultFigures | null): string[] {
  if (!figures) return ['', '', '', '', '', ''];
  const { secondsToRecover, largestLagRecords, largestLagSeconds } = figures;
  return [
    String(figures.offeredPerSecond),
    String(figures.acknowledged),
    String(figures.unknown),
    String(figures.refused),
    secondsToRecover === null ? '–' : `${secondsToRecover.toFixed(1)} s`,
    `${largestLagRecords} in ${largestLagSeconds.toFixed(1)} s`,
  ];
}

function capitalized(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
