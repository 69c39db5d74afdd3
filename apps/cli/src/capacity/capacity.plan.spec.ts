import { DomainError } from '@app/contracts';
import { type Coefficients, type LogSetup, PROCESS_KINDS, coresOf, workOf } from './capacity.coefficients';
import { MEASURED } from './capacity.measured';
import {
  CORE_SHARE_MAX,
  type CapacityPlan,
  DATABASE_CONNECTIONS_MAX,
  GATEWAY_CONNECTIONS_MAX,
  PARTITIONS,
  planCapacity,
} from './capacity.plan';

const SETUPS = Object.keys(MEASURED) as LogSetup[];
const UNMEASURED = (['postgres', 'kafka-1', 'kafka-3'] as const).filter((setup) => !MEASURED[setup]);
const plan = (candidates: number, log: LogSetup = 'postgres', intervalSeconds = 40): CapacityPlan =>
  planCapacity({ candidates, intervalSeconds, log });

describe('work and cores', () => {
  test('batches grow with the rate, so appends and transactions a second have a ceiling', () => {
    const at = (answersPerSecond: number) => workOf(1, { answersPerSecond, gateways: 1, assessments: 1 });
    expect(at(1).perAppend).toBeCloseTo(1, 1);
    expect(at(1_000_000).perAppend).toBeLessThan(84);
    expect(at(1_000_000).perTransaction).toBeLessThan(4.01);
  });

  test('cores are the sum of what each part of the work costs', () => {
    const cost = { idle: 1_000, perAnswer: 300, perAppend: 0, perTransaction: 0 };
    expect(coresOf(cost, 2, { answersPerSecond: 1_000, gateways: 2, assessments: 1 })).toBeCloseTo(0.302, 6);
  });
});

test.each(UNMEASURED)('nothing is said of %s, which nobody has measured', (log) => {
  expect(() => plan(40_000, log)).toThrow(DomainError);
});

describe.each(SETUPS)('capacity with the log on %s', (log) => {
  test('nothing shrinks when candidates are added', () => {
    const growing = [
      'gateways',
      'assessments',
      'partitionsNeeded',
      'databaseConnections',
      'coresTogether',
      'logGigabytesPerHour',
      'tableGigabytesPerHour',
      'networkMegabytesPerSecond',
    ] as const;
    const plans = [100, 1_000, 10_000, 40_000, 100_000, 400_000, 4_000_000].map((candidates) => plan(candidates, log));
    for (const [nth, later] of plans.slice(1).entries()) {
      for (const figure of growing) expect(later[figure] ?? 0).toBeGreaterThanOrEqual(plans[nth]![figure] ?? 0);
    }
  });

  test('no gateway has more connections or more work than it can bear, no assessment process more than its core', () => {
    const measured: Coefficients = MEASURED[log]!;
    for (let candidates = 1_000; candidates <= 4_000_000; candidates *= 1.3) {
      const { gateways, assessments, answersPerSecond, peakAnswersPerSecond } = plan(Math.floor(candidates), log);
      expect(candidates / gateways).toBeLessThanOrEqual(GATEWAY_CONNECTIONS_MAX + 1);
      const atPeak = { answersPerSecond: peakAnswersPerSecond, gateways, assessments };
      expect(coresOf(measured.cpu.gateway, gateways, atPeak) / gateways).toBeLessThanOrEqual(CORE_SHARE_MAX);
      expect(assessments).toBeLessThanOrEqual(PARTITIONS);
      const atMean = { answersPerSecond, gateways, assessments };
      const each = coresOf(measured.cpu.assessment, assessments, atMean) / assessments;
      if (assessments < PARTITIONS) expect(each).toBeLessThanOrEqual(CORE_SHARE_MAX);
    }
  });

  test('below the first break nothing is used up, and right above it that is', () => {
    const { breaksFirst } = plan(40_000, log);
    const isUsedUp = (candidates: number) =>
      plan(candidates, log).limits.some(({ needed, available }) => needed > available);
    expect(isUsedUp(Math.floor(breaksFirst.atCandidates * 0.98))).toBe(false);
    expect(isUsedUp(Math.ceil(breaksFirst.atCandidates * 1.02))).toBe(true);
    expect(plan(Math.ceil(breaksFirst.atCandidates * 1.02), log).limits[0]!.what).toBe(breaksFirst.what);
  });

  test('a plan that is not called broken stays within the connections that PostgreSQL has', () => {
    for (let candidates = 500; candidates < 4_000_000; candidates *= 1.2) {
      const { limits, databaseConnections } = plan(Math.floor(candidates), log);
      const broken = limits.filter(({ needed, available }) => needed > available);
      if (broken.length === 0) expect(databaseConnections).toBeLessThanOrEqual(DATABASE_CONNECTIONS_MAX);
    }
  });

  test('cores are given for every kind of process, and are those of the sum', () => {
    const { cores, coresTogether } = plan(40_000, log);
    const sum = PROCESS_KINDS.reduce((total, kind) => total + cores[kind], 0);
    expect(coresTogether).toBeCloseTo(sum, 9);
    expect(cores.broker > 0).toBe(log !== 'postgres');
  });

  test('what lies outside of the measured rates is called an extrapolation', () => {
    const [lowest, highest] = MEASURED[log]!.fittedAnswersPerSecond;
    expect(plan(Math.floor((lowest + highest) / 2) * 40, log).isExtrapolated).toBe(false);
    expect(plan(400_000, log).isExtrapolated).toBe(true);
    expect(plan(4_000_000, log).isExtrapolated).toBe(true);
  });
});
