import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MUTANTS } from './mutants';

/** What one of the two ways of looking for a planted defect has come to. */
export interface MutantVerdict {
  readonly at: string;
  /** Last commit that changed the services, and a mark where the tree differed from it. */
  readonly commit: string;
  readonly verdict: 'found' | 'survives' | 'NOT FOUND';
  /** Properties that found it, each with how often it was broken; empty where nothing was found. */
  readonly by: readonly string[];
  /** The first record that was named, or why nothing can be found. */
  readonly names: string;
  /** Under which conditions, and how much was looked at. */
  readonly after: string;
}

export interface MutantResults {
  readonly processes?: MutantVerdict;
  readonly simulator?: MutantVerdict;
}

/** One line of the results file: a mutant and one way of looking for it. */
interface KeptVerdict extends MutantVerdict {
  readonly mutant: string;
  readonly way: keyof MutantResults;
}

const RESULTS_FILE = join(__dirname, '../results/mutants.jsonl');

/** Keeps the latest verdict of each mutant, in the order of the list. */
export function keepVerdict(mutant: string, way: keyof MutantResults, verdict: MutantVerdict): void {
  const others = keptVerdicts().filter((one) => one.mutant !== mutant || one.way !== way);
  const all = [...others, { mutant, way, ...verdict }];
  const inOrder = MUTANTS.flatMap(({ name }) => all.filter((one) => one.mutant === name).toSorted(byWay));
  writeFileSync(RESULTS_FILE, inOrder.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

export function readResults(): Readonly<Record<string, MutantResults>> {
  const results: Record<string, MutantResults> = {};
  for (const { mutant, way, ...verdict } of keptVerdicts()) results[mutant] = { ...results[mutant], [way]: verdict };
  return results;
}

function keptVerdicts(): KeptVerdict[] {
  if (!existsSync(RESULTS_FILE)) return [];
  const lines = readFileSync(RESULTS_FILE, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as KeptVerdict);
}

function byWay(a: KeptVerdict, b: KeptVerdict): number {
  return a.way < b.way ? -1 : 1;
}
