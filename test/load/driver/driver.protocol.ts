import type { RateStep } from './answer.schedule';
import type { Assignment } from './candidate';
import type { FiguresReport, FiguresTotal } from './driver.figures';

/** What the run tells a driver process. */
export type DriverCommand =
  | { readonly type: 'prepare'; readonly settings: DriverSettings }
  /** Everybody once, evenly over a time. */
  | { readonly type: 'phase'; readonly phase: EveryonePhase; readonly fromMs: number; readonly overMs: number }
  | { readonly type: 'phase'; readonly phase: 'answers'; readonly fromMs: number; readonly steps: readonly RateStep[] }
  | { readonly type: 'end' };

export type EveryonePhase = 'logins' | 'forms' | 'starts' | 'submissions';
export type DriverPhase = EveryonePhase | 'answers';

/** What a driver process tells the run. */
export type DriverReport =
  | { readonly type: 'ready' }
  | { readonly type: 'figures'; readonly report: FiguresReport }
  | { readonly type: 'phase-done'; readonly phase: DriverPhase; readonly failures: readonly string[] }
  | { readonly type: 'ended'; readonly total: FiguresTotal };

export interface DriverSettings {
  readonly seed: number;
  readonly gateways: readonly string[];
  readonly historyFile: string;
  readonly assignments: readonly Assignment[];
  /** Candidates of all driver processes. */
  readonly population: number;
  readonly itemIds: readonly string[];
  readonly supervisorToken: string;
  /** Share of the candidates with whom a supervisor has something to do. */
  readonly incidentShare: number;
  /** Share of the answers that are followed by a read. */
  readonly readShare: number;
  /** Answers that one candidate is expected to give, within which the incident has its time. */
  readonly answersEach: number;
}
