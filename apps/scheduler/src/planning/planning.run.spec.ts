import { DomainError } from '@app/contracts';
import { CLUSTER_DIMENSIONS, generateWindow } from '../../../../test/bench/planning/window-generator';
import { comparePlans } from './plan-difference';
import { readPlan } from './plan.csv';
import { PlannerThread, planInThread } from './planner.thread';
import { SMALL_FILES, SOURCE_THREAD, taskOf, textsOf } from './planning.fixture';
import { runPlanning } from './planning.run';
import type { PlanningTask } from './planning.task';

const WINDOW = generateWindow(
  { ...CLUSTER_DIMENSIONS, people: 600, agencies: 5, zones: 4, sites: 5, days: 6, sessionsPerDay: 2 },
  3,
);
const TEXTS = textsOf(WINDOW);
const CAPPED = { agencyDayCap: '0.25', accessFirst: true };

describe('a plan', () => {
  test('is the same bytes for the same inputs and seed, in whatever order the rows stand', () => {
    const shuffled = Object.fromEntries(
      Object.entries(TEXTS).map(([name, text]) => {
        const [header, ...rows] = text.trimEnd().split('\n');
        return [name, `${[header, ...rows.toReversed()].join('\n')}\n`];
      }),
    );
    const { plan } = runPlanning(taskOf(TEXTS, CAPPED));
    expect(runPlanning(taskOf(TEXTS, CAPPED)).plan).toBe(plan);
    expect(runPlanning(taskOf(shuffled, CAPPED)).plan).toBe(plan);
  });

  test.each([[CAPPED], [{ agencyDayCap: '1' }]])('of another seed seats others at the same cost (%j)', (options) => {
    const first = runPlanning(taskOf(TEXTS, options));
    const second = runPlanning(taskOf(TEXTS, { ...options, seed: '2' }));
    expect(second.plan).not.toBe(first.plan);
    expect(second.report).toMatchObject({
      totalKm: first.report.totalKm,
      placed: first.report.placed,
      extraKm: first.report.extraKm,
      inputHash: first.report.inputHash,
    });
  });

  test('gives every person one seat and every seat one person, within caps and reserve', () => {
    const { plan, report } = runPlanning(taskOf(TEXTS, { ...CAPPED, reserve: '0.07' }));
    const rows = readPlan({ name: 'plan', text: plan });
    expect(rows).toHaveLength(report.placed);
    expect(new Set(rows.map(({ sessionId, seat }) => `${sessionId} ${seat}`)).size).toBe(rows.length);
    const sessions = new Map(WINDOW.sessions.map((session) => [session.sessionId, session]));
    const used = countBy(rows, ({ sessionId }) => sessionId);
    for (const [sessionId, people] of used) {
      const { seats } = sessions.get(sessionId)!;
      expect(people).toBeLessThanOrEqual(seats - Math.floor((7 * seats) / 100));
    }
    const agencies = new Map(WINDOW.people.map(({ personId, agency }) => [personId, agency]));
    const sizes = countBy(WINDOW.people, ({ agency }) => agency);
    const away = countBy(
      rows,
      ({ personId, sessionId }) => `${agencies.get(personId)!} ${sessions.get(sessionId)!.date}`,
    );
    for (const [key, people] of away) expect(people).toBeLessThanOrEqual(Math.ceil(sizes.get(key.split(' ')[0]!)! / 4));
  });

  test('adds kilometres up exactly', () => {
    const { report } = runPlanning(taskOf());
    expect(report).toMatchObject({ people: 3, placed: 3, totalKm: 0.4, extraKm: 0, worstAgencyDayShare: 1 });
  });

  test('takes floor and ceiling of exact decimals', () => {
    const people = Array.from({ length: 100 }, (_, index) => `p${index},BKN,north,none`);
    const dates = ['2022-10-03', '2022-10-04'];
    const texts = {
      roster: ['personId,agency,zone,access', ...people].join('\n'),
      sites: 'siteId,zone,suits\ns1,north,',
      sessions: [
        'sessionId,siteId,date,startsAt,minutes,seats',
        ...dates.map((date) => `${date},s1,${date},08:00,9,100`),
      ].join('\n'),
      distances: 'zone,siteId,km\nnorth,s1,1',
    };
    // In floating point 0.07 × 100 is above 7, and 0.29 × 100 below 29.
    expect(runPlanning(taskOf(texts, { agencyDayCap: '0.07' })).report.placed).toBe(14);
    expect(runPlanning(taskOf(texts, { reserve: '0.71' })).report.placed).toBe(58);
  });

  test.each([
    ['no accessible seat in the window', { sites: 'siteId,zone,suits\ns1,north,screen-reader\ns2,south,\n' }, {}],
    ['no distance row from the zone to a site with sessions', { distances: 'zone,siteId,km\nsouth,s1,1\n' }, {}],
    ['agency day cap reached on every date with a seat', {}, { agencyDayCap: '0.5' }],
    [
      'no seat left in the window',
      { sessions: 'sessionId,siteId,date,startsAt,minutes,seats\nm1,s1,2022-10-03,08:00,9,1\n' },
      {},
    ],
    ['no seat left in the window beside the reserve', {}, { reserve: '0.5' }],
  ])('says to whom it gives no seat: %s', (reason, texts, options) => {
    const { report } = runPlanning(taskOf(texts, { accessFirst: true, ...options }));
    expect(report.unplaced.map((person) => person.reason)).toContain(reason);
    expect(report.placed + report.unplaced.length).toBe(3);
  });

  test('seats people with access needs first only where that is asked for', () => {
    const texts = {
      roster: 'personId,agency,zone,access\nana,BKN,south,wheelchair\nbudi,BKN,north,none\n',
      sessions: 'sessionId,siteId,date,startsAt,minutes,seats\nm1,s1,2022-10-03,08:00,9,1\n',
    };
    expect(runPlanning(taskOf(texts)).plan).toContain('budi,m1,1');
    expect(runPlanning(taskOf(texts, { accessFirst: true })).plan).toContain('ana,m1,1');
  });

  test('keeps longer sessions of a kind of their own for people with extra time', () => {
    const texts = {
      roster:
        'personId,agency,zone,access,extraMinutes\nana,BKN,north,none,30\nbudi,BKN,north,none,0\nida,BKN,north,none,90\n',
      sites: 'siteId,zone,suits\ns1,north,\n',
      sessions:
        'sessionId,siteId,date,startsAt,minutes,seats,kind\n' +
        'usual,s1,2022-10-03,08:00,120,5,standard\nlong,s1,2022-10-03,11:00,150,5,extended\n',
      distances: 'zone,siteId,km\nnorth,s1,1\n',
    };
    const { plan, report } = runPlanning(taskOf(texts));
    expect(plan).toBe('personId,sessionId,seat\nana,long,1\nbudi,usual,1\n');
    expect(report.unplaced).toEqual([{ personId: 'ida', reason: 'no session long enough for the extra time' }]);
  });
});

describe('files are refused with row, column and reason', () => {
  test.each([
    ['roster', 'ana,', 'ana,BKN,north,none\nana,', 'roster.csv, row 3, column personId'],
    ['roster', 'wheelchair', 'crutches', 'roster.csv, row 3, column access'],
    ['sites', 's2,south', 's1,south', 'sites.csv, row 3, column siteId'],
    ['sessions', 'm2,s2', 'm1,s2', 'sessions.csv, row 3, column sessionId'],
    ['sessions', 'm2,s2', 'm2,s9', 'sessions.csv, row 3, column siteId'],
    [
      'sessions',
      'm2,s2,2022-10-03,08:00,120,2',
      'm2,s1,2022-10-03,09:59,120,9',
      'sessions.csv, row 3, column startsAt',
    ],
    ['sessions', '08:00,120,2\nm2', '08:00,120,11\nm2', 'sessions.csv, row 2, column seats'],
    ['sessions', '120,2\n', '120,0\n', 'sessions.csv, row 2, column seats'],
    ['sessions', '2022-10-03', '2022-02-30', 'sessions.csv, row 2, column date'],
    ['distances', 'south,s2,0.2', 'south,s9,0.2', 'distances.csv, row 5, column siteId'],
    ['distances', 'south,s2,0.2', 'north,s1,0.2', 'distances.csv, row 5, column siteId'],
    ['distances', 'south,s2,0.2', 'south,s2,-1', 'distances.csv, row 5, column km'],
  ] as const)('%s with %j as %j', (name, from, to, at) => {
    const problems = problemsOf(taskOf({ [name]: SMALL_FILES[name].replace(from, to) }));
    expect(problems.map((problem) => problem.at)).toContain(at);
    for (const { message } of problems) expect(message).toMatch(/\w/);
  });

  test('sessions that only touch do not overlap', () => {
    const sessions = SMALL_FILES.sessions.replace('m2,s2,2022-10-03,08:00,120,2', 'm2,s1,2022-10-03,10:00,120,9');
    expect(runPlanning(taskOf({ sessions })).report.placed).toBe(3);
  });

  test.each([
    [{ agencyDayCap: '0' }, '--agency-day-cap'],
    [{ agencyDayCap: '1.01' }, '--agency-day-cap'],
    [{ agencyDayCap: 'much' }, '--agency-day-cap'],
    [{ reserve: '1' }, '--reserve'],
    [{ seed: '-1' }, '--seed'],
  ])('option %j', (options, at) => {
    expect(problemsOf(taskOf({}, options))).toEqual([{ at, message: expect.stringMatching(/^must/) }]);
  });
});

describe('a plan for a lost site', () => {
  const base = runPlanning(taskOf(TEXTS, CAPPED));
  const plan = { name: 'plan.csv', text: base.plan };
  const lose = (lost: string[], from: string, text = plan): PlanningTask => ({
    ...taskOf(TEXTS, CAPPED),
    loss: { plan: text, lost, from, until: null, earlier: [] },
  });

  test('moves the displaced alone where there are seats for them', () => {
    const { report, plan: next } = runPlanning(lose(['site-1'], '2022-10-07'));
    const { moves } = comparePlans(readPlan(plan), readPlan({ name: 'next', text: next }));
    expect(report.displaced).toBeGreaterThan(0);
    expect(moves).toHaveLength(report.displaced!);
    for (const { from, to } of moves) {
      expect(from!.sessionId).toMatch(/^site-1\.2022-10-0[78]/);
      expect(to?.sessionId ?? '').not.toMatch(/^site-1\.2022-10-0[78]/);
    }
    expect(runPlanning(lose(['site-1'], '2022-10-07')).plan).toBe(next);
  });

  test('moves one other where only that frees a suitable seat, but nobody within 48 hours', () => {
    const texts = {
      roster: 'personId,agency,zone,access\nana,BKN,north,wheelchair\nbudi,BKN,north,none\n',
      sites: 'siteId,zone,suits\ns1,north,wheelchair\ns2,north,wheelchair\ns3,north,\n',
      sessions:
        'sessionId,siteId,date,startsAt,minutes,seats\nm1,s1,2022-10-05,08:00,9,1\nm2,s2,2022-10-05,08:00,9,1\nm3,s3,2022-10-05,08:00,9,1\n',
      distances: 'zone,siteId,km\nnorth,s1,1\nnorth,s2,2\nnorth,s3,3\n',
    };
    const given = { name: 'plan.csv', text: 'personId,sessionId,seat\nana,m1,1\nbudi,m2,1\n' };
    const task = (from: string): PlanningTask => ({
      ...taskOf(texts),
      loss: { plan: given, lost: ['s1'], from, until: null, earlier: [] },
    });
    expect(runPlanning(task('2022-10-03')).plan).toBe('personId,sessionId,seat\nana,m2,1\nbudi,m3,1\n');
    expect(runPlanning(task('2022-10-04'))).toMatchObject({
      plan: 'personId,sessionId,seat\nbudi,m2,1\n',
      report: { unplaced: [{ personId: 'ana', reason: 'no accessible seat in the window' }], moved: 0 },
    });
  });

  test('keeps what was lost before lost', () => {
    const first = runPlanning(lose(['site-1'], '2022-10-06'));
    const earlier = [{ lost: ['site-1'], from: '2022-10-06', until: null }];
    const second = runPlanning({
      ...taskOf(TEXTS, CAPPED),
      loss: { plan: { name: 'first', text: first.plan }, lost: ['site-2'], from: '2022-10-07', until: null, earlier },
    });
    expect(second.plan).not.toMatch(/site-1\.2022-10-0[678]|site-2\.2022-10-0[78]/);
    expect(second.report.displaced).toBeGreaterThan(0);
  });

  test('of an unknown site is refused', () => {
    expect(problemsOf(lose(['nowhere'], '2022-10-07'))).toEqual([
      { at: '--lost', message: 'must name sites of the plan' },
    ]);
  });
});

describe('the planning thread', () => {
  test('gives the same plan as the caller would', async () => {
    const made = await planInThread(taskOf(TEXTS, CAPPED), { timeLimitMs: 60_000, thread: SOURCE_THREAD });
    expect(made.plan).toBe(runPlanning(taskOf(TEXTS, CAPPED)).plan);
  }, 60_000);

  test('carries a refusal with its problems', async () => {
    const planning = planInThread(taskOf({}, { agencyDayCap: '2' }), { timeLimitMs: 60_000, thread: SOURCE_THREAD });
    await expect(planning).rejects.toMatchObject({
      code: 'plan.option-invalid',
      options: { problems: [{ at: '--agency-day-cap', message: 'must be above 0 and at most 1' }] },
    });
  }, 60_000);

  test('stays for the next task, after a refusal as after a plan', async () => {
    const planner = new PlannerThread(SOURCE_THREAD);
    try {
      const first = await planner.plan(taskOf(TEXTS, CAPPED), 60_000);
      expect((await planner.plan(taskOf(TEXTS, CAPPED), 60_000)).plan).toBe(first.plan);
      await expect(planner.plan(taskOf({}, { agencyDayCap: '2' }), 60_000)).rejects.toMatchObject({
        code: 'plan.option-invalid',
      });
      expect((await planner.plan(taskOf(TEXTS, CAPPED), 60_000)).plan).toBe(first.plan);
    } finally {
      await planner.stop();
    }
  }, 120_000);

  test('gives no plan past its time limit', async () => {
    const planning = planInThread(taskOf(TEXTS, CAPPED), { timeLimitMs: 1, thread: SOURCE_THREAD });
    await expect(planning).rejects.toMatchObject({ code: 'plan.time-limit' });
  });
});

function problemsOf(task: PlanningTask): readonly { readonly at: string; readonly message: string }[] {
  try {
    runPlanning(task);
  } catch (error) {
    if (error instanceof DomainError) return error.options.problems ?? [];
    throw error;
  }
  return [];
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
