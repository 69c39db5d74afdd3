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

type AllResults = Readonly<Record<string, MutantResults>>;

const RESULTS_FILE = join(__dirname, '../results/mutants.json');

/** The latest verdict of each mutant, in the order of the list. */
export function keepVerdict(mutant: string, way: keyof MutantResults, verdict: MutantVerdict): void {
  const known = readResults();
  const all: AllResults = { ...known, [mutant]: { ...known[mutant], [way]: verdict } };
  const inOrder = MUTANTS.flatMap(({ name }) => (all[name] ? [[name, all[name]] as const] : []));
  writeFileSync(RESULTS_FILE, `${JSON.stringify(Object.fromEntries(inOrder), null, 1)}\n`);
}

export function readResults(): AllResults {
  return existsSync(RESULTS_FILE) ? (JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) as AllResults) : {};
}
