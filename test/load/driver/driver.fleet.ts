import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { RateProfile } from './answer.schedule';
import type { FiguresReport, FiguresTotal } from './driver.figures';
import type { DriverCommand, DriverPhase, DriverReport, DriverSettings, EveryonePhase } from './driver.protocol';

/** Lets node run TypeScript as it stands. */
const REGISTER = join(__dirname, '../../../tools/register.cjs');

export type FleetSettings = Omit<DriverSettings, 'historyFile' | 'population' | 'seed'> & {
  readonly seed: number;
  /** Processes. */
  readonly drivers: number;
  readonly historyFileOf: (driver: number) => string;
};

/** The driver processes together. */
export class DriverFleet {
  private constructor(private readonly drivers: readonly Driver[]) {}

  /** @param onFigures called about once a second for each process */
  static async launch(settings: FleetSettings, onFigures: (report: FiguresReport) => void): Promise<DriverFleet> {
    const { assignments, drivers: count, historyFileOf, seed, ...common } = settings;
    const share = Math.ceil(assignments.length / count);
    const drivers = Array.from({ length: count }, () => new Driver(onFigures));
    const fleet = new DriverFleet(drivers);
    await fleet.ask('ready', (nth) => ({
      type: 'prepare',
      settings: {
        ...common,
        seed: seed * 1_000 + nth,
        population: assignments.length,
        historyFile: historyFileOf(nth),
        assignments: assignments.slice(nth * share, (nth + 1) * share),
      },
    }));
    return fleet;
  }

  get pids(): readonly number[] {
    return this.drivers.map(({ pid }) => pid);
  }

  /** Each candidate once; resolves when the last one has its reply. */
  async everyone(phase: EveryonePhase, fromMs: number, overMs: number): Promise<void> {
    await this.phase({ type: 'phase', phase, fromMs, overMs });
  }

  /** Resolves when the last answer was offered; some may still be on their way. */
  async answers(fromMs: number, profile: RateProfile): Promise<void> {
    await this.phase({ type: 'phase', phase: 'answers', fromMs, steps: profile.steps });
  }

  /** Closes connections and histories. */
  async end(): Promise<FiguresTotal[]> {
    const reports = await this.ask('ended', () => ({ type: 'end' }));
    await Promise.all(this.drivers.map((driver) => driver.leave()));
    return reports.map(({ total }) => total);
  }

  private async phase(command: DriverCommand & { readonly phase: DriverPhase }): Promise<void> {
    const reports = await this.ask('phase-done', () => command);
    const failures = reports.flatMap((report) => report.failures);
    if (failures.length > 0) throw new Error(`${command.phase}: ${failures.join('; ')}`);
  }

  private ask<T extends DriverReport['type']>(
    answer: T,
    command: (driver: number) => DriverCommand,
  ): Promise<Extract<DriverReport, { type: T }>[]> {
    return Promise.all(this.drivers.map((driver, nth) => driver.ask(answer, command(nth))));
  }
}

class Driver {
  private readonly child: ChildProcess;

  constructor(onFigures: (report: FiguresReport) => void) {
    this.child = fork(join(__dirname, 'driver.process.ts'), { execArgv: ['-r', REGISTER] });
    this.child.on('message', (report: DriverReport) => {
      if (report.type === 'figures') onFigures(report.report);
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  ask<T extends DriverReport['type']>(answer: T, command: DriverCommand): Promise<Extract<DriverReport, { type: T }>> {
    return new Promise((resolve, reject) => {
      const listen = (report: DriverReport) => {
        if (report.type !== answer) return;
        this.child.off('message', listen);
        this.child.off('exit', fail);
        resolve(report as Extract<DriverReport, { type: T }>);
      };
      const fail = () => reject(new Error('a driver process has ended by itself'));
      this.child.on('message', listen);
      this.child.once('exit', fail);
      this.child.send(command);
    });
  }

  async leave(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}
