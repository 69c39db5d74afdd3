import { JUDGES } from './gate-judgement';
import { holdReason } from './gate-history';
import { GATE_THRESHOLDS, thresholdProblems } from './gate-rule';

const outcomeOf = (gate: keyof typeof JUDGES, figures: Record<string, number | null>, limits: Record<string, number>) =>
  JUDGES[gate](figures, limits);

describe('a gate', () => {
  test.each(Object.keys(JUDGES) as (keyof typeof JUDGES)[])('%s does not pass on no figures at all', (gate) => {
    const limits = Object.fromEntries(GATE_THRESHOLDS[gate].map((name) => [name, 1]));
    expect(outcomeOf(gate, {}, limits).outcome).not.toBe('passed');
  });

  const roster = { registered: 100, setAside: 0, newestMinutes: 10 };
  const rosterLimits = { pass: 98, fail: 95, staleMinutes: 1440 };
  test.each([
    [{ ...roster, matchedPercent: 98 }, 'passed', 'within-limit'],
    [{ ...roster, matchedPercent: 97.9 }, 'inconclusive', 'in-between'],
    [{ ...roster, matchedPercent: 94.9 }, 'failed', 'below-limit'],
    [{ ...roster, matchedPercent: 100, newestMinutes: 1441 }, 'inconclusive', 'source-silent'],
    [{ ...roster, matchedPercent: 100, setAside: 1 }, 'inconclusive', 'records-set-aside'],
  ])('roster-sync on %j is %s (%s)', (figures, outcome, reasonCode) => {
    expect(outcomeOf('roster-sync', figures, rosterLimits)).toEqual({ outcome, reasonCode });
  });

  test.each([
    [{ attempts: 99, incidentPercent: 0 }, 'inconclusive'],
    [{ attempts: 100, incidentPercent: 1 }, 'passed'],
    [{ attempts: 100, incidentPercent: 2 }, 'inconclusive'],
    [{ attempts: 100, incidentPercent: 3.01 }, 'failed'],
  ])('incidents on %j is %s', (figures, outcome) => {
    expect(outcomeOf('incidents', figures, { pass: 1, fail: 3, minimum: 100 }).outcome).toBe(outcome);
  });

  test.each([
    [{ processes: 3, silent: 0, differing: 0 }, 'passed'],
    [{ processes: 3, silent: 1, differing: 0 }, 'inconclusive'],
    [{ processes: 3, silent: 1, differing: 1 }, 'failed'],
  ])('parity on %j is %s', (figures, outcome) => {
    expect(outcomeOf('parity', figures, { staleMinutes: 5, forgottenMinutes: 1440 }).outcome).toBe(outcome);
  });

  test('save-latency fails only when it was slow all the time', () => {
    const limits = { pass: 1000, fail: 3000, windowMinutes: 15 };
    expect(outcomeOf('save-latency', { reports: 15, worstMs: 9000, bestMs: 500 }, limits).outcome).toBe('inconclusive');
    expect(outcomeOf('save-latency', { reports: 15, worstMs: 9000, bestMs: 3001 }, limits).outcome).toBe('failed');
  });

  test('attendance fails only once every session is sealed', () => {
    const limits = { pass: 85, fail: 70 };
    const below = { chosen: 100, seated: 100, attendedPercent: 60, sessions: 4 };
    expect(outcomeOf('attendance', { ...below, sealedSessions: 3 }, limits).outcome).toBe('inconclusive');
    expect(outcomeOf('attendance', { ...below, sealedSessions: 4 }, limits).outcome).toBe('failed');
    const unseated = { ...below, seated: 99, sealedSessions: 4 };
    expect(outcomeOf('attendance', unseated, limits).reasonCode).toBe('not-all-seated');
  });

  test('a rule gives the thresholds of its gate, all of them and no others', () => {
    expect(thresholdProblems('incidents', { pass: 1, fail: 3, minimum: 100 })).toEqual([]);
    expect(thresholdProblems('incidents', { pass: 1, fail: 3, limit: 100 })).toHaveLength(2);
  });
});

describe('failures are counted by day', () => {
  const rate = { failureLimit: 2, failureWindowDays: 5, inconclusiveLimitDays: 3 };
  const days = (outcomes: string) =>
    outcomes.split('').map((letter, index) => ({
      day: `2022-10-${String(20 - index)}`,
      outcome: ({ f: 'failed', p: 'passed', i: 'inconclusive' } as const)[letter as 'f' | 'p' | 'i'],
    }));

  test.each([
    ['', null],
    ['f', null],
    ['fpf', null],
    ['fpfpf', 'failed'],
    ['fpfppf', null],
    // What passes today is not held for what failed before.
    ['pfff', null],
    ['iii', null],
    ['iiii', 'inconclusive'],
    ['ipiii', null],
  ] as const)('a rate that said %s, newest first: %s', (outcomes, reason) => {
    expect(holdReason(rate, days(outcomes))).toBe(reason);
  });

  test('integrity fails once and is held at once', () => {
    const strict = { failureLimit: 0, failureWindowDays: 1, inconclusiveLimitDays: null };
    expect(holdReason(strict, days('f'))).toBe('failed');
    expect(holdReason(strict, days('iiiiii'))).toBeNull();
  });
});
