import { commandLine } from '../command-line.fixture';
import type { CapacityPlan } from './capacity.plan';

const run = (...words: string[]) => commandLine(['capacity', ...words]);

describe('petabakat capacity', () => {
  test('says what an examination needs and what breaks first', async () => {
    const { exitCode, out } = await run('--candidates', '40000', '--interval', '40');
    expect(exitCode).toBe(0);
    expect(out).toContain('1,000, in the peak 2,900');
    expect(out).toMatch(/Breaks first, of what was measured: .+, at [\d,]+ candidates\./);
  });

  test('gives the same as data', async () => {
    const { out } = await run('--candidates', '40000', '--interval', '40', '--json');
    const plan = JSON.parse(out) as CapacityPlan;
    expect(plan).toMatchObject({ candidates: 40_000, log: 'postgres', brokers: 0, answersPerSecond: 1_000 });
    expect(plan.gateways).toBeGreaterThanOrEqual(3);
  });

  test.each([
    [['--candidates', '0', '--interval', '40'], '--candidates'],
    [['--candidates', '1e3', '--interval', '40'], '--candidates'],
    [['--candidates', '99999999', '--interval', '40'], '--candidates'],
    [['--candidates', '10', '--interval', '0'], '--interval'],
    [['--candidates', '10', '--interval', '-1'], '--interval'],
    [['--candidates', '10', '--interval', 'often'], '--interval'],
    [['--candidates', '10', '--interval', '40', '--brokers', '1'], '--brokers'],
  ])('%j is refused', async (words, option) => {
    const { exitCode, out, error } = await run(...words);
    expect(exitCode).not.toBe(0);
    expect(out).toBe('');
    expect(error).toContain('request.invalid');
    expect(error).toContain(option);
  });
});
