/**
 * SAT12's miskeyed item in one sitting, on the embedded system with the command line:
 * `npm run miskeyed [-- --people N] [-- --keep]`.
 *
 * Without an option the 600 real respondents; with `--people` as many simulated from the two-parameter model.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { closingOf } from '../../src/scoring/domain/closing.fixture';
import { readSat12 } from '../sat12-packages';
import { simulateChoices } from '../simulated-sat12';
import { idOf, writeCase } from './case-files';
import { CasePlatform } from './case-platform';
import { Sitting } from './sitting';

const PEOPLE_MAX = 60_000;
const AGENCIES = ['bkn', 'kemenkeu', 'kemenkes'];

const tell = (line: string) => process.stdout.write(`${line}\n`);

function closingsOf(answers: readonly (readonly (string | null)[])[], itemIds: readonly string[]) {
  const sections = [{ sectionId: 'science', itemIds: [...itemIds] }];
  const form = { formId: 'sat12', version: 1, hash: 'b'.repeat(64), sections };
  return answers.map((row, person) => {
    const [attemptId, agency] = [idOf(person), AGENCIES[person % AGENCIES.length]!];
    return closingOf(row, { itemIds: [...itemIds], form, attemptId, analyticsId: `person-${attemptId}`, agency });
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { people: { type: 'string' }, keep: { type: 'boolean' } }, strict: true });
  const people = values.people === undefined ? null : Number(values.people);
  if (people !== null && !(Number.isInteger(people) && people > 0 && people <= PEOPLE_MAX)) {
    throw new Error(`--people takes a number from 1 to ${PEOPLE_MAX}`);
  }
  const sat12 = readSat12();
  const answers = people === null ? sat12.answers : simulateChoices(sat12, people);
  tell(`${answers.length} ${people === null ? 'real respondents' : 'people simulated from the two-parameter model'}`);
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-miskeyed-'));
  const platform = await CasePlatform.start(folder);
  let isDone = false;
  try {
    const files = writeCase(folder, answers, sat12.key);
    await new Sitting(platform, folder, files, closingsOf(answers, sat12.itemIds), tell).play();
    isDone = true;
    tell('PASSED: flagged, mended, compared, released by two people, twice');
  } finally {
    await platform.stop();
    if (isDone && !values.keep) rmSync(folder, { recursive: true, force: true });
    else tell(`files and logs stay in ${folder}`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`FAILED: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
