import fc from 'fast-check';
import { type CoverageFigures, type CoverageRule, judgeCoverage, recordedFigures } from './coverage';

const RULE: CoverageRule = { version: 1, passPercent: 80, overdueMinutes: 15 };

/** A cluster of 100 whose two sessions are sealed and whose 85 attempts are all reconciled. */
const SEALED: CoverageFigures = {
  registered: 100,
  attended: 85,
  scored: 85,
  reconciled: 85,
  differing: 0,
  pending: 0,
  overdue: 0,
  sessions: 2,
  sealedSessions: 2,
  sealedAttempts: 85,
  arrivedAttempts: 85,
  setAside: 0,
};

const judge = (change: Partial<CoverageFigures>, rule = RULE) => {
  const { outcome, reasonCode } = judgeCoverage({ ...SEALED, ...change }, rule);
  return `${outcome}: ${reasonCode}`;
};

describe('the coverage gate', () => {
  test('passes from exactly the share of the rule on', () => {
    expect(judge({ reconciled: 80 })).toBe('passed: coverage-reached');
    expect(judge({ reconciled: 79 })).toBe('failed: coverage-below');
    expect(judge({ reconciled: 60 }, { ...RULE, passPercent: 60 })).toBe('passed: coverage-reached');
  });

  test('passes while sessions still run once enough people are reconciled', () => {
    expect(judge({ sealedSessions: 1 })).toBe('passed: coverage-reached');
  });

  test('fails only after every session is sealed', () => {
    expect(judge({ reconciled: 10, sealedSessions: 1 })).toBe('inconclusive: sessions-running');
    expect(judge({ reconciled: 10 })).toBe('failed: coverage-below');
  });

  test('does not fail before sessions were planned at all', () => {
    const nothing = { sessions: 0, sealedSessions: 0, sealedAttempts: 0, arrivedAttempts: 0 };
    expect(judge({ ...nothing, reconciled: 0 })).toBe('inconclusive: no-sessions');
  });

  test('does not fail while a seal counts attempts that have not arrived', () => {
    expect(judge({ reconciled: 10, arrivedAttempts: 84 })).toBe('inconclusive: responses-pending');
  });

  test('waits for results on their way if they can still carry it over the threshold', () => {
    expect(judge({ reconciled: 70, pending: 10 })).toBe('inconclusive: results-pending');
    expect(judge({ reconciled: 70, pending: 9 })).toBe('failed: coverage-below');
  });

  test.each([
    ['nobody is registered', { registered: 0, reconciled: 0 }, 'nobody-registered'],
    ['a root differs', { differing: 1 }, 'root-differs'],
    ['a result is overdue', { pending: 1, overdue: 1 }, 'result-overdue'],
    ['roster records are set aside', { setAside: 1 }, 'records-set-aside'],
  ])('is inconclusive when %s, whatever the share', (_, change, reason) => {
    expect(judge(change)).toBe(`inconclusive: ${reason}`);
    expect(judge({ reconciled: 10, ...change })).toBe(`inconclusive: ${reason}`);
  });

  test('never passes below the threshold and never fails above it', () => {
    const count = fc.nat({ max: 200 });
    const figures = fc.record({
      registered: count,
      attended: count,
      scored: count,
      reconciled: count,
      differing: fc.nat({ max: 2 }),
      pending: count,
      overdue: fc.nat({ max: 2 }),
      sessions: fc.nat({ max: 4 }),
      sealedSessions: fc.nat({ max: 4 }),
      sealedAttempts: count,
      arrivedAttempts: count,
      setAside: fc.nat({ max: 1 }),
    });
    fc.assert(
      fc.property(figures, fc.integer({ min: 1, max: 100 }), (drawn, passPercent) => {
        const { outcome } = judgeCoverage(drawn, { ...RULE, passPercent });
        const reached = drawn.reconciled * 100 >= passPercent * drawn.registered;
        if (outcome === 'passed') expect(reached && drawn.registered > 0 && drawn.differing === 0).toBe(true);
        if (outcome === 'failed') expect(reached || drawn.sealedSessions < drawn.sessions).toBe(false);
      }),
    );
  });
});

describe('the recorded figures', () => {
  test('carry the share and the threshold it was held against', () => {
    expect(recordedFigures({ ...SEALED, registered: 3, reconciled: 2 }, RULE)).toMatchObject({
      registered: 3,
      reconciled: 2,
      reconciledPercent: 66.67,
      passPercent: 80,
    });
  });

  test('have no share where nobody is registered', () => {
    expect(recordedFigures({ ...SEALED, registered: 0 }, RULE).reconciledPercent).toBeNull();
  });
});
