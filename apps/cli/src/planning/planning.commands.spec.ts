import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { SMALL_FILES, SOURCE_THREAD } from '../../../scheduler/src/planning/planning.fixture';
import type { PlanReport } from '../../../scheduler/src/planning/planning.task';
import { runCommand } from '../run-command';
import { addPlanningCommands } from './planning.commands';

/** A thread compiles the sources it runs. */
const THREAD_START_MS = 60_000;
const SESSIONS = 'm3,s2,2022-10-10,08:00,120,2\nm4,s1,2022-10-10,08:00,120,2\n';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'petabakat-plan-'));
  const { sessions, ...others } = SMALL_FILES;
  for (const [name, text] of Object.entries({ ...others, sessions: sessions + SESSIONS })) {
    writeFileSync(join(folder, `${name}.csv`), text);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('plans from files', () => {
  test(
    'a plan is made, and made again from what is stored beside it',
    async () => {
      const created = await create('plan.csv', '--seed', '1', '--report', at('report.json'));
      expect(created).toMatchObject({ exitCode: 0, error: '' });
      expect(read('plan.csv')).toMatch(/^personId,sessionId,seat\nana,m\d,\d\nbudi,m[14],\d\ncitra,m\d,\d\n$/);
      const report = JSON.parse(read('report.json')) as PlanReport;
      expect(report).toMatchObject({ people: 3, placed: 3, unplaced: [], totalKm: 0.4, extraKm: 0, seed: 1 });
      rmSync(at('roster.csv'));
      const verified = await run('verify', at('plan.csv'), '--json');
      expect(verified.exitCode).toBe(0);
      expect(JSON.parse(verified.out)).toMatchObject({ verified: true, inputHash: report.inputHash });
    },
    THREAD_START_MS,
  );

  test(
    'a plan that was changed, or whose inputs were, is not verified',
    async () => {
      await create('plan.csv', '--seed', '1');
      const plan = read('plan.csv');
      writeFileSync(at('plan.csv'), plan.replace(/(budi,m\d),\d/, '$1,9'));
      expect(await run('verify', at('plan.csv'))).toMatchObject({
        exitCode: 1,
        error: expect.stringMatching(/plan\.not-reproduced[^]*plan\.csv, row 3/),
      });
      writeFileSync(at('plan.csv'), plan);
      writeFileSync(at('plan.csv.inputs.json'), read('plan.csv.inputs.json').replace('budi', 'bram'));
      expect(await run('verify', at('plan.csv'))).toMatchObject({
        exitCode: 1,
        error: expect.stringContaining('plan.inputs-altered'),
      });
    },
    THREAD_START_MS,
  );

  test(
    'people without a seat are a warning with the reason, not a failure',
    async () => {
      writeFileSync(at('sites.csv'), 'siteId,zone,suits\ns1,north,\ns2,south,\n');
      expect(await create('plan.csv', '--seed', '1')).toMatchObject({
        exitCode: 0,
        out: expect.stringMatching(/1 +no accessible seat in the window/),
        error: 'warning: 1 people have no seat',
      });
    },
    THREAD_START_MS,
  );

  test(
    'a lost site moves its people alone; the difference lists them',
    async () => {
      await create('plan.csv', '--seed', '1');
      const replanned = await run(
        'replan',
        at('plan.csv'),
        '--lost',
        's1',
        '--from',
        '2022-10-10',
        '--out',
        at('next.csv'),
      );
      expect(replanned.exitCode).toBe(0);
      expect((await run('verify', at('next.csv'))).exitCode).toBe(0);
      const different = await run('diff', at('plan.csv'), at('next.csv'), '--json');
      const { moved, added, removed, unchanged } = JSON.parse(different.out) as Record<string, number>;
      const lost = read('plan.csv').match(/,m4,/g)?.length ?? 0;
      expect(moved! + removed!).toBe(lost);
      expect([added, unchanged]).toEqual([0, 3 - lost]);
    },
    THREAD_START_MS,
  );

  test(
    'refusals name file, row, column and reason, and leave no plan',
    async () => {
      writeFileSync(at('roster.csv'), 'personId,agency,zone,access\nana,BKN,north,none\nana,BKN,north,none\n');
      expect(await create('plan.csv', '--seed', '1')).toMatchObject({
        exitCode: 1,
        error: expect.stringMatching(
          /plan\.input-invalid[^]*roster\.csv, row 3, column personId: has the same value as row 2/,
        ),
      });
      expect(() => read('plan.csv')).toThrow('ENOENT');
    },
    THREAD_START_MS,
  );

  test(
    'past the time limit there is no plan',
    async () => {
      const created = await create('plan.csv', '--seed', '1', '--time-limit', '0');
      expect(created).toMatchObject({ exitCode: 1, error: expect.stringContaining('plan.time-limit') });
      expect(() => read('plan.csv')).toThrow('ENOENT');
    },
    THREAD_START_MS,
  );

  test('a file that is not there is refused', async () => {
    expect(await run('diff', at('a.csv'), at('b.csv'))).toMatchObject({ exitCode: 1 });
  });
});

function create(out: string, ...words: string[]): ReturnType<typeof run> {
  const files = ['roster', 'sites', 'sessions', 'distances'].flatMap((name) => [`--${name}`, at(`${name}.csv`)]);
  return run('create', ...files, '--out', at(out), ...words);
}

async function run(...words: string[]): Promise<{ exitCode: number; out: string; error: string }> {
  const out: string[] = [];
  const error: string[] = [];
  const surroundings = {
    env: {},
    streams: { out: (text: string) => void out.push(text), error: (text: string) => void error.push(text) },
  };
  const program = new Command('petabakat').option('--json');
  program.command('plan');
  addPlanningCommands(program, surroundings, SOURCE_THREAD);
  const exitCode = await runCommand(program, ['plan', ...words], surroundings);
  return { exitCode, out: out.join('\n'), error: error.join('\n') };
}

function at(name: string): string {
  return join(folder, name);
}

function read(name: string): string {
  return readFileSync(at(name), 'utf8');
}
