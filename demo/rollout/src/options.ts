import { parseArgs } from 'node:util';
import { DomainError, type Problem } from '@app/contracts';
import { WHOLE_POPULATION } from './play/reference';

/** Below, an agency would be a person or two and no gate could say anything. */
export const PEOPLE_MIN = 1_000;
/** The planner's files take no more. */
export const PEOPLE_MAX = 100_000;
const SEED_DEFAULT = 20_221_001;
const OUT_DEFAULT = '.data/rollout';

export interface RolloutOptions {
  readonly people: number;
  /** Everything that is drawn follows from it. */
  readonly seed: number;
  /** Folder for the page and the figures. */
  readonly out: string;
  readonly withIncident: boolean;
}

export const USAGE = `Usage: npm run demo:rollout -- [options]

  Plays October 2022 to December 2023 with ${WHOLE_POPULATION.toLocaleString('en')} synthetic people over the real agencies: the real scheduler,
  scoring, staff commands and PostgreSQL log, in a database of their own, under one clock. Gateway and assessment do not
  run; a generator appends their events. Ends with a page, a digest of all tables, and the scheduler's schema made anew
  from the log. Exit code 0 means that both digests agree.

  --people N       people of the whole population, ${PEOPLE_MIN} to ${PEOPLE_MAX} (default ${WHOLE_POPULATION})
  --seed N         a whole number of at most nine digits (default ${SEED_DEFAULT}); the same seed gives the same digest
  --out FOLDER     where rollout.html and rollout.json go (default ${OUT_DEFAULT})
  --no-incident    leave the scenario's incident out: the gate that it fails passes
  --help           show this
`;

/** @throws DomainError `demo.option-invalid`; null where help is asked for */
export function readOptions(args: readonly string[]): RolloutOptions | null {
  const values = parsed(args);
  if (values.help) return null;
  const problems: Problem[] = [];
  const people = wholeNumber(values.people ?? String(WHOLE_POPULATION));
  if (people === null || people < PEOPLE_MIN || people > PEOPLE_MAX) {
    problems.push({ at: '--people', message: `must be a whole number from ${PEOPLE_MIN} to ${PEOPLE_MAX}` });
  }
  const seed = wholeNumber(values.seed ?? String(SEED_DEFAULT));
  if (seed === null) problems.push({ at: '--seed', message: 'must be a whole number of at most nine digits' });
  const out = values.out ?? OUT_DEFAULT;
  if (out.trim() === '') problems.push({ at: '--out', message: 'must name a folder' });
  if (problems.length > 0) throw refused(problems);
  return { people: people!, seed: seed!, out, withIncident: !values['no-incident'] };
}

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        people: { type: 'string' },
        seed: { type: 'string' },
        out: { type: 'string' },
        'no-incident': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw refused([{ at: 'options', message: error instanceof Error ? error.message : String(error) }]);
  }
}

function refused(problems: readonly Problem[]): DomainError {
  return new DomainError('demo.option-invalid', undefined, { problems });
}
