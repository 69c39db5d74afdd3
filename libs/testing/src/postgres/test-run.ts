import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_INTERVAL_MS = 25;
/** As long as the slowest part takes to start on a busy machine. */
const START_TIMEOUT_MS = 60_000;

/** Set by Jest's global set-up: a folder that all workers of one run share, removed at its end. */
export const RUN_FOLDER_VARIABLE = 'PETABAKAT_TEST_RUN';

export function runFolder(): string {
  const folder = process.env[RUN_FOLDER_VARIABLE];
  if (!folder) throw new Error(`${RUN_FOLDER_VARIABLE} is not set: run these tests through Jest's global set-up.`);
  return folder;
}

/** Tells the databases of one run from those of another on a server that both use. */
export function runName(): string {
  return basename(runFolder())
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '_');
}

/**
 * Starts a part once per run, in the worker that needs it first; the others wait for its outcome. A run of pure tests
 * therefore starts nothing.
 */
export async function oncePerRun(part: string, start: () => Promise<string>): Promise<string> {
  const outcomeFile = join(runFolder(), `${part}.json`);
  if (!(await takeTurn(part))) return waitForOutcome(part, outcomeFile);
  let outcome: Outcome;
  try {
    outcome = { value: await start() };
  } catch (error) {
    outcome = { problem: String(error) };
  }
  await writeFile(`${outcomeFile}.new`, JSON.stringify(outcome));
  await rename(`${outcomeFile}.new`, outcomeFile);
  return valueOf(part, outcome);
}

type Outcome = { readonly value: string } | { readonly problem: string };

async function takeTurn(part: string): Promise<boolean> {
  try {
    await mkdir(join(runFolder(), `${part}.lock`));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function waitForOutcome(part: string, outcomeFile: string): Promise<string> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < giveUpAt) {
    const text = await readFile(outcomeFile, 'utf8').catch(() => null);
    if (text) return valueOf(part, JSON.parse(text) as Outcome);
    await delay(POLL_INTERVAL_MS);
  }
  throw new Error(`${part} was not started in time by the worker whose turn it was`);
}

function valueOf(part: string, outcome: Outcome): string {
  if ('problem' in outcome) throw new Error(`${part} could not be started: ${outcome.problem}`);
  return outcome.value;
}
