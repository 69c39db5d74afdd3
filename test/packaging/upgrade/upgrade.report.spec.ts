import type { Operation, Try } from '../../faults/checker/evidence';
import type { IntentLine, OutcomeLine } from '../../load/history/history.format';
import { problemsOf, upgradeReportOf } from './upgrade.report';

const SPAN = { fromMs: 0, untilMs: 100_000, stopsMs: [50_000] };

function operation(kind: IntentLine['kind'], atMs: number, end: Partial<OutcomeLine> | null): Operation {
  const intent = { op: 'o', phase: 'intent', kind, atMs, intendedMs: atMs, try: 1, gateway: 'g' } as IntentLine;
  const outcome =
    end && ({ op: 'o', phase: 'outcome', kind, try: 1, code: '-', atMs: atMs + 20, ...end } as OutcomeLine);
  const one: Try = { intent, outcome };
  return { op: 'o', kind, tries: [one], outcome: outcome?.outcome ?? 'unknown' };
}

const reportOf = (...operations: Operation[]) =>
  upgradeReportOf({ run: null, faults: [], endedMs: null, operations }, SPAN, null);

describe('the report of an upgrade', () => {
  test('counts a request as unknown that met a stop and got no reply', () => {
    const report = reportOf(
      operation('answer', 49_000, null),
      operation('submit', 49_899, { outcome: 'unknown', code: 'ECONNRESET', atMs: 50_001 }),
    );
    expect(report).toMatchObject({ requests: 2, unknown: 2, unknownAtStop: 2 });
    expect(problemsOf(report)).toContainEqual(expect.stringContaining('2 requests'));
  });

  test('does not hold against the stop what was sent within its last 100 ms, or had its reply before', () => {
    const lost = { outcome: 'unknown', code: 'ECONNRESET' } as const;
    const report = reportOf(
      operation('answer', 49_950, { ...lost, atMs: 50_010 }),
      operation('answer', 40_000, { ...lost, atMs: 40_100 }),
    );
    expect(report).toMatchObject({ unknown: 2, unknownAtStop: 0 });
  });

  test('takes the word of the platform for what it is', () => {
    const report = reportOf(
      operation('pause', 45_000, { outcome: 'unknown', code: 'attempt.catching-up', atMs: 50_200 }),
      operation('read', 45_000, { outcome: 'unknown', code: 'service.unavailable', atMs: 50_200 }),
      operation('answer', 45_000, { outcome: 'fail', code: 'attempt.superseded' }),
    );
    expect(report).toMatchObject({ unknown: 0, unknownAtStop: 0, answersLeftUnacknowledged: 0 });
    expect(Object.keys(report.notWell)).toHaveLength(3);
  });

  test('an answer that was never acknowledged is a problem, and so is an upgrade that replaced nothing', () => {
    const report = reportOf(operation('answer', 45_000, { outcome: 'fail', code: 'answer.overloaded' }));
    expect(report.answersLeftUnacknowledged).toBe(1);
    expect(problemsOf({ ...report, replaced: 0 })).toHaveLength(2);
  });

  test('a partition may stand still for 15 s and not longer', () => {
    const report = reportOf();
    const standing = (seconds: number) => ({ ...report, longestStandstill: { partition: 'p', seconds, fromMs: 0 } });
    expect(problemsOf(standing(15))).toEqual([]);
    expect(problemsOf(standing(15.1))).toEqual(['p stood still for 15.1 s']);
  });
});
