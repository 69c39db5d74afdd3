import { parseArgs } from 'node:util';
import type { Finding } from '../checker/findings';
import { tableOf } from '../checker/findings';
import { lastChange, stateOfServices } from '../harness/services.state';
import { type MutantVerdict, keepVerdict } from './mutant.results';
import { type MutantResult, type RunConditions, runTree } from './restless.run';
import { MUTANTS, type Mutant, patchOf } from './mutants';
import { SourceCopy } from './source-copy';

/** Any seed does: what is planted is found by what it does, not by luck. It is fixed so that a run can be repeated. */
const SEED = 20_260_302;

const EXIT_INTERRUPTED = 130;

const USAGE = `Usage: npm run test:mutants [-- options]

  Plants each defect of test/faults/mutants in a built copy of the services, runs it under a short load before the
  checker, and keeps the verdict in test/faults/results/mutants.jsonl. About a minute for each; ends with 1 where a
  defect was not found, or where the sound tree was found fault with.

  --only NAME,NAME  these defects
  --commit REV      the services as they were committed, instead of this tree as it stands
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, commit: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(USAGE);
  // Everything that a run starts ends with this process.
  const leave = () => process.exit(EXIT_INTERRUPTED);
  process.once('SIGINT', leave).once('SIGTERM', leave);
  const names = values.only?.split(',') ?? MUTANTS.map(({ name }) => name);
  const chosen = MUTANTS.filter(({ name }) => names.includes(name));
  if (chosen.length < names.length) throw new Error(`not all of these are mutants: ${values.only}`);
  const sound = await (values.commit ? SourceCopy.ofCommit(values.commit) : SourceCopy.ofThisTree());
  try {
    console.log(`building a copy of ${values.commit ?? 'this tree'}`);
    await sound.buildAll();
    const commit = values.commit ? lastChange(values.commit) : stateOfServices();
    const passed = new Set<string>();
    for (const mutant of chosen) {
      const conditions = conditionsOf(mutant);
      const under = Object.values(conditions).join(', ');
      if (!passed.has(under)) await expectSound(sound, conditions, under);
      passed.add(under);
      await judgeMutant(mutant, sound, commit);
    }
  } finally {
    sound.remove();
  }
}

/** Under each harm the sound tree has to pass: a checker that finds fault with everything finds nothing. */
function conditionsOf({ harm, log, endsByDeadline }: Mutant): RunConditions {
  return { harm, ...(log ? { log } : {}), ...(endsByDeadline ? { endsByDeadline } : {}) };
}

async function expectSound(tree: SourceCopy, conditions: RunConditions, under: string): Promise<void> {
  const { report } = await runTree(tree.folder, conditions, SEED);
  if (report.broken === 0) {
    console.log(`the sound tree passes (${under}): ${report.acknowledged} answers, ${report.unknown} unknown`);
    return;
  }
  console.log(`the sound tree does not pass (${under}):\n${tableOf(report.findings)}`);
  process.exitCode = 1;
}

async function judgeMutant(mutant: Mutant, sound: SourceCopy, commit: string): Promise<void> {
  const tree = await sound.another();
  try {
    await tree.build(await tree.patch(patchOf(mutant)));
    const result = await runTree(tree.folder, mutant, SEED);
    keepVerdict(mutant.name, 'processes', verdictOf(mutant, result, commit));
    show(mutant, result);
  } finally {
    tree.remove();
  }
}

function verdictOf(mutant: Mutant, { report, rounds }: MutantResult, commit: string): MutantVerdict {
  const found = report.findings.filter(({ broken }) => broken > 0);
  const [named] = found.filter(isOneOf(mutant.foundBy)).flatMap(({ breaks }) => breaks);
  const { log = 'postgres', harm, survives = '' } = mutant;
  return {
    at: new Date().toISOString(),
    commit,
    verdict: found.length > 0 ? 'found' : survives ? 'survives' : 'NOT FOUND',
    by: found.map(({ property, broken }) => `${property} (${broken})`),
    names: named ? `${named.record}: ${named.problem}` : survives,
    after: `${report.acknowledged} answers, ${rounds} rounds, log ${log}, harm ${harm}`,
  };
}

function show(mutant: Mutant, { report, rounds }: MutantResult): void {
  const found = report.findings.filter(({ broken }) => broken > 0);
  const after = `${report.acknowledged} answers, ${rounds} rounds`;
  const isAsExpected = mutant.foundBy.length === 0 ? found.length === 0 : found.some(isOneOf(mutant.foundBy));
  const by = found.map(({ property, broken }) => `${property} (${broken})`).join(' ');
  const verdict = by || (mutant.survives ? `survives: ${mutant.survives}` : 'NOT FOUND');
  console.log(`${mutant.name.padEnd(36)}${verdict.padEnd(38)} ${after}`);
  const [named] = found.filter(isOneOf(mutant.foundBy)).flatMap(({ breaks }) => breaks);
  if (named) console.log(`    ${named.record}: ${named.problem}`);
  if (isAsExpected) return;
  process.exitCode = 1;
  console.log(`    expected ${mutant.foundBy.join(' or ') || 'to survive'}\n${tableOf(found)}`);
}

function isOneOf(properties: Mutant['foundBy']): (finding: Finding) => boolean {
  return ({ property }) => properties.includes(property);
}

void main();
