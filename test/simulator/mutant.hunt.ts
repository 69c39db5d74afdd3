import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lastChange, stateOfServices } from '../faults/harness/services.state';
import { keepVerdict } from '../faults/mutants/mutant.results';
import { MUTANTS, type Mutant, patchOf } from '../faults/mutants/mutants';
import { SourceCopy } from '../faults/mutants/source-copy';

interface Hunt {
  /** Null: all that are a matter of logic. */
  readonly only: readonly string[] | null;
  /** A defect that so many seeds do not show counts as not found. */
  readonly seeds: number;
  /** The tree as it was committed; null is this tree as it stands. */
  readonly commit: string | null;
}

/** What a copy of the tree said. */
interface Outcome {
  readonly seed: number | null;
  /** Broken properties; empty where a run did not come to its end. */
  readonly broken: readonly string[];
  readonly named: string;
}

/**
 * Plants each defect of logic in a copy of the tree, runs seeds there until one fails, prints which, and keeps it.
 * @returns whether every defect was found, but for those that a layer behind them makes harmless
 */
export async function huntMutants({ only, seeds, commit }: Hunt): Promise<boolean> {
  const logical = MUTANTS.filter(({ inSimulator }) => inSimulator !== undefined);
  const chosen = logical.filter(({ name }) => only === null || only.includes(name));
  if (only && chosen.length < only.length) {
    throw new Error(`not a planted defect of logic; there are ${logical.map(({ name }) => name).join(', ')}`);
  }
  const state = commit === null ? stateOfServices() : lastChange(commit);
  const sound = await (commit === null ? SourceCopy.ofThisTree() : SourceCopy.ofCommit(commit));
  let isWhole = true;
  try {
    for (const mutant of chosen) {
      const outcome = await runWith(mutant, sound, seeds);
      const isFound = outcome.seed !== null;
      keepVerdict(mutant.name, 'simulator', {
        at: new Date().toISOString(),
        commit: state,
        verdict: isFound ? 'found' : mutant.inSimulator === 'survives' ? 'survives' : 'NOT FOUND',
        by: outcome.broken,
        names: isFound ? outcome.named : (mutant.survives ?? ''),
        after: isFound ? `seed ${outcome.seed}` : `${seeds} seeds`,
      });
      console.log(describe(mutant, outcome, seeds));
      if (isFound !== (mutant.inSimulator === 'found')) isWhole = false;
    }
  } finally {
    sound.remove();
  }
  return isWhole;
}

async function runWith(mutant: Mutant, sound: SourceCopy, seeds: number): Promise<Outcome> {
  const tree = await sound.another();
  try {
    await tree.patch(patchOf(mutant));
    const program = ['-r', './tools/register.cjs', 'test/simulator/main.ts'];
    const options = ['--seeds', String(seeds), '--first-failure'];
    const child = spawn(process.execPath, [...program, ...options], {
      cwd: tree.folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const texts: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => texts.push(chunk.toString()));
    await once(child, 'close');
    return outcomeOf(texts.join(''));
  } finally {
    tree.remove();
  }
}

/** Reads what `main.ts` has printed about the first seed that failed. */
function outcomeOf(output: string): Outcome {
  const [, seed] = /^seed (\d+) fails/m.exec(output) ?? [];
  const broken = new Set([...output.matchAll(/^(P\d+) /gm)].map(([, property]) => property!));
  const [named = ''] = /^ {6}(?!property)\S.*$|^(safety|liveness): .*$/m.exec(output) ?? [];
  return { seed: seed === undefined ? null : Number(seed), broken: [...broken], named: named.trim() };
}

function describe({ name, survives, inSimulator }: Mutant, { seed, broken, named }: Outcome, seeds: number): string {
  if (seed === null) {
    const why = inSimulator === 'survives' ? `survives ${seeds} seeds: ${survives}` : `NOT FOUND in ${seeds} seeds`;
    return `${name.padEnd(36)}${why}`;
  }
  return `${name.padEnd(36)}seed ${seed}: ${broken.join(', ') || 'does not come to its end'}\n    ${named}`;
}
