import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultFigures, FaultResult } from '../test/faults/harness/fault.result';
import { type LogKind, nameOfRun } from '../test/faults/harness/fault.row';
import { definedSuites } from '../test/faults/harness/fault.suite';

const FAULTS = join(__dirname, '..', 'test/faults');

const INTRODUCTION = `# Faults

What happened when parts of the platform were killed, frozen, cut off or lied to while candidates answered: the last run
of each row on each log. The rows stand in \`test/faults/*.faults.ts\`, [testing.md](testing.md) says how they are run and
what makes one fail. All runs, the failed ones too, are lines of
[runs.jsonl](../test/faults/results/runs.jsonl); this file is written from them by \`npm run docs\`.

Offered and acknowledged are answers; unknown and 503 are tries, which the candidate page repeats. *Recovered* is the time
from the healing until the first of five seconds in which 95 % of what was offered was acknowledged and no record waited
longer than a second; a dash says that the load ended before. A row that failed without figures broke off unjudged.
`;
const HEAD = [
  '| row | log | last run | offered/s | acknowledged | unknown | 503 | recovered | largest lag | commit, seed |',
  '| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
];

/** @returns the text of docs/faults.md */
export function renderFaults(): string {
  for (const name of readdirSync(FAULTS)) if (name.endsWith('.faults.ts')) require(join(FAULTS, name));
  const last = new Map(resultsOf().map((result) => [result.row, result]));
  const suites = definedSuites().toSorted((a, b) => (a.guarantee < b.guarantee ? -1 : 1));
  const sections = suites.map(({ guarantee, rows }) => {
    const lines = rows.flatMap((row) => row.logs.map((log) => lineOf(row.name, log, last.get(nameOfRun(row, log)))));
    return [`## ${capitalized(guarantee)}`, '', ...HEAD, ...lines, ''].join('\n');
  });
  return [INTRODUCTION, ...sections].join('\n');
}

function resultsOf(): FaultResult[] {
  const lines = readFileSync(join(FAULTS, 'results/runs.jsonl'), 'utf8').split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as FaultResult);
}

function lineOf(name: string, log: LogKind, result: FaultResult | undefined): string {
  if (!result) return `| \`${name}\` | ${log} | not run yet | | | | | | | |`;
  const { at, commit, seed, passed, figures } = result;
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
