import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { showLiveFigures } from '../load.display';
import { readOptions } from '../load.options';
import { LoadRun } from '../load.run';
import type { LoadReport } from '../report/load.report';
import { type Measurement, pointsOf } from './cost.points';

/** On a machine that others use too, a gateway would refuse what it had no time for; what a refusal costs is not asked. */
export const WITHOUT_SHEDDING = { PETABAKAT_EVENT_LOOP_DELAY_MAX_MS: '5000' };

/**
 * A load run of which only the costs are kept. Costs are CPU time, not latencies, so a driver that lagged does not spoil
 * them; how much it lagged stands beside them.
 */
export async function measureCosts(name: string, args: readonly string[]): Promise<Measurement> {
  const options = readOptions([...args, '--incidents', '0', '--reads', '0'])!;
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-capacity-'));
  mkdirSync(folder, { recursive: true });
  const note = (text: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${text}\n`);
  const run = await LoadRun.prepare(options, folder, note, { env: { gateway: WITHOUT_SHEDDING } });
  try {
    const live = showLiveFigures(run, process.stdout);
    await run.play();
    live.stop();
    await run.breakOff();
    return measurementOf(name, run.report(), run.profile.steps);
  } finally {
    await run.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function measurementOf(name: string, report: LoadReport, steps: Parameters<typeof pointsOf>[1]): Measurement {
  return {
    name,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    measuredAt: report.startedAt,
    machine: report.machine,
    laggedShare: report.driver.laggedShare,
    connections: report.connections.most,
    points: pointsOf(report, steps),
  };
}
