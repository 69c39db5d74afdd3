import { ALL_TOPICS, type FiguresReported, TOPICS, decodeRecord } from '@app/contracts';
import { MemoryEventLog, systemRuntime } from '@app/messaging';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { FiguresReporter } from './figures-reporter';

describe('the reports of a process', () => {
  let log: MemoryEventLog;
  let registry: Registry;

  beforeEach(async () => {
    log = new MemoryEventLog();
    await log.createTopics(ALL_TOPICS);
    registry = new Registry();
  });

  const reporter = () =>
    new FiguresReporter({ log, registry, runtime: systemRuntime, role: 'gateway', process: 'gateway.host.1' });
  const told = async (): Promise<FiguresReported[]> => {
    const pages = await Promise.all([0, 1, 2].map((partition) => log.read(TOPICS.figures.name, partition, 0, 100)));
    return pages.flat().map(({ key, value }) => {
      const decoded = decodeRecord(TOPICS.figures.name, key, value);
      if (!decoded.ok) throw new Error(decoded.detail);
      return decoded.event.data as FiguresReported;
    });
  };

  test('the slowest percent of the window decides, and an older window does not count again', async () => {
    const name = 'petabakat_answer_acknowledgement_seconds';
    const times = new Histogram({ name, help: 'x', buckets: [0.1, 1, 4], registers: [registry] });
    const reports = reporter();
    for (let answer = 0; answer < 99; answer += 1) times.observe(0.05);
    times.observe(3);
    expect((await reports.report()).acknowledgementP99Ms).toBe(100);
    times.observe(0.05);
    times.observe(3);
    expect((await reports.report()).acknowledgementP99Ms).toBe(4_000);
    expect((await reports.report()).acknowledgementP99Ms).toBeNull();
    times.observe(60);
    expect((await reports.report()).acknowledgementP99Ms).toBe(40_000);
  });

  test('lag, unknown outcomes and the build are told; what the process does not have is null', async () => {
    expect(await reporter().report()).toMatchObject({ acknowledgementP99Ms: null, lagSeconds: null, unknowns: null });
    new Gauge({
      name: 'petabakat_consumer_lag_seconds',
      help: 'x',
      labelNames: ['partition'],
      registers: [registry],
    }).set({ partition: '1' }, 7);
    const answers = new Counter({
      name: 'petabakat_answers_total',
      help: 'x',
      labelNames: ['outcome'],
      registers: [registry],
    });
    answers.inc({ outcome: 'unknown' }, 2);
    new Gauge({ name: 'petabakat_build_info', help: 'x', labelNames: ['version'], registers: [registry] }).set(
      { version: '1.2.3' },
      1,
    );
    const reports = reporter();
    await reports.report();
    expect(await reports.report()).toMatchObject({ lagSeconds: 7, unknowns: 0, versions: { build: '1.2.3' } });
    expect((await told()).map(({ unknowns }) => unknowns)).toEqual([null, 2, 0]);
  });

  test('a process that stops takes its leave', async () => {
    const reports = reporter();
    reports.start();
    await reports.stop();
    expect((await told()).map(({ stopped }) => stopped ?? false)).toEqual([false, true]);
  });
});
