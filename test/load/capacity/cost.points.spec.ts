import { noCounts } from '../driver/driver.figures';
import type { LoadReport, ProcessSample } from '../report/load.report';
import { pointsOf } from './cost.points';

const sample = (second: number, gatewayMs: number): ProcessSample => ({
  second,
  loopbackBytes: second * 1_000,
  machineMs: second * 2_000,
  processes: [
    { name: 'gateway 1', cpuMs: gatewayMs, residentMb: 100 },
    { name: 'gateway 2', cpuMs: gatewayMs, residentMb: 110 },
    { name: 'postgres', cpuMs: second * 100, residentMb: 300 },
  ],
});

const timeline = Array.from({ length: 40 }, (_, second) => ({
  ...noCounts(),
  second,
  acknowledged: second < 20 ? 50 : 100,
  p50Ms: 5,
  p99Ms: 20,
  maxMs: 30,
  lag: { records: 0, seconds: 0 },
}));

const report = {
  options: { log: 'kafka', brokers: 3, candidates: 4_000, gateways: 2, assessments: 1 },
  processSamples: [sample(0, 0), sample(5, 100), sample(15, 600), sample(25, 1_500), sample(35, 3_500)],
  timeline,
} as unknown as LoadReport;

const STEPS = [
  { durationMs: 20_000, perSecond: 50 },
  { durationMs: 20_000, perSecond: 100 },
];

describe('points of a run', () => {
  test('each step has the costs between the looks that lie inside of it, all processes of a kind together', () => {
    const [slow, fast] = pointsOf(report, STEPS);
    expect(slow).toMatchObject({ setup: 'kafka-3', seconds: 10, offeredPerSecond: 50, acknowledgedPerSecond: 50 });
    // Two gateways of 500 ms each over 500 answers.
    expect(slow!.cpuMicroseconds.gateway).toBeCloseTo(2_000, 6);
    expect(slow!.loopbackBytesPerAnswer).toBeCloseTo(20, 6);
    expect(slow!.residentMegabytes).toEqual({ gateway: 210, postgres: 300 });
    expect(fast!.cpuMicroseconds).toMatchObject({ gateway: 4_000, postgres: 1_000 });
  });

  test('a step without two looks far enough apart gives no point', () => {
    const few = { ...report, processSamples: report.processSamples.slice(0, 4) } as LoadReport;
    expect(pointsOf(few, STEPS)).toHaveLength(1);
  });
});
