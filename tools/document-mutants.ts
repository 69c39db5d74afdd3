import { type MutantVerdict, readResults } from '../test/faults/mutants/mutant.results';
import { MUTANTS, type Mutant } from '../test/faults/mutants/mutants';

const INTRODUCTION = `# Planted defects

Defects that somebody could have written, each a patch in \`test/faults/mutants\` that is applied to a copy of the sources,
and what noticed it: the checker after a short load on real processes, and where the defect is one of logic the simulator.
Where layers protect one another the patch removes all of them; what a single one of them is worth is told below.
[testing.md](testing.md) says how they are run. This file is written by \`npm run docs\` from
[mutants.jsonl](../test/faults/results/mutants.jsonl), which keeps the last verdict of each.

*Found by* names the properties of the checker and how often each was broken.
`;

const HEAD = ['| defect | layers removed | on real processes | in the simulator |', '| --- | --- | --- | --- |'];

/** @returns the text of docs/planted-defects.md */
export function renderMutants(): string {
  const found = MUTANTS.filter(({ survives, inSimulator }) => !survives || inSimulator === 'found');
  const survivors = MUTANTS.filter((mutant) => !found.includes(mutant));
  return [
    INTRODUCTION,
    '## Found',
    '',
    ...HEAD,
    ...found.map(lineOf),
    '',
    '## Single layers that are not missed',
    '',
    'Each of these removals changes nothing that anybody could see, because of the layer that is named.',
    '',
    '| defect | protected by | on real processes | in the simulator |',
    '| --- | --- | --- | --- |',
    ...survivors.map(lineOf),
    '',
    '## What was named',
    '',
    ...MUTANTS.flatMap(namesOf),
    '',
  ].join('\n');
}

function lineOf({ name, what, removes, survives, inSimulator }: Mutant): string {
  const { processes, simulator } = readResults()[name] ?? {};
  const layers = survives && inSimulator !== 'found' ? survives : removes.join('; ');
  const simulated = inSimulator ? describe(simulator) : 'not a matter of logic';
  return `| \`${name}\`: ${what} | ${layers} | ${describe(processes, survives)} | ${simulated} |`;
}

function describe(verdict: MutantVerdict | undefined, survives?: string): string {
  if (!verdict) return 'not run yet';
  const { by, after, commit } = verdict;
  const words = {
    found: `${by.join(', ') || 'comes to no end'} (${after}, ${commit})`,
    survives: `survives: ${survives ?? 'see above'} (${after}, ${commit})`,
    'NOT FOUND': `**not found** (${after}, ${commit})`,
  };
  return words[verdict.verdict];
}

/** The record that somebody would look at first. */
function namesOf({ name }: Mutant): string[] {
  const { processes, simulator } = readResults()[name] ?? {};
  const verdict = [processes, simulator].find((one) => one?.verdict === 'found');
  return verdict ? [`- \`${name}\`: ${verdict.names}`] : [];
}
