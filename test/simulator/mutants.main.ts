import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { MUTANTS, type Mutant, patchOf } from '../faults/mutants/mutants';
import { SourceCopy } from '../faults/mutants/source-copy';

/** A defect of logic that a thousand seeds do not show would not be shown by more. */
const SEEDS = 1_000;

/** `npm run simulate:mutants`: every planted defect of logic, patched into a copy of this tree, before the simulator. */
async function main(): Promise<void> {
  const sound = await SourceCopy.ofThisTree();
  try {
    for (const mutant of MUTANTS.filter(({ isLogical }) => isLogical)) await judge(mutant, sound);
  } finally {
    sound.remove();
  }
}

async function judge(mutant: Mutant, sound: SourceCopy): Promise<void> {
  const tree = await sound.another();
  try {
    await tree.patch(patchOf(mutant));
    const { isFound, output } = await simulateIn(tree.folder);
    const [, seed] = /^seed (\d+) fails/m.exec(output) ?? [];
    const broken = [...new Set([...output.matchAll(/^(P\d+) /gm)].map(([, property]) => property))];
    const how = seed ? `seed ${seed}: ${broken.join(', ') || 'does not come to its end'}` : 'NOT FOUND';
    console.log(`${mutant.name.padEnd(36)}${how}`);
    if (!isFound) process.exitCode = 1;
  } finally {
    tree.remove();
  }
}

async function simulateIn(folder: string): Promise<{ isFound: boolean; output: string }> {
  const options = ['-r', './tools/register.cjs', 'test/simulator/main.ts', '--seeds', String(SEEDS), '--first-failure'];
  const child = spawn(process.execPath, options, { cwd: join(folder), stdio: ['ignore', 'pipe', 'inherit'] });
  const texts: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => texts.push(chunk.toString()));
  await once(child, 'close');
  return { isFound: child.exitCode !== 0, output: texts.join('') };
}

void main();
