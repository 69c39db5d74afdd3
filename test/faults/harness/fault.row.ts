import type { LoadOptions } from '../../load/load.options';
import type { LoadPlatformOptions } from '../../load/platform/load.platform';
import type { CheckReport } from '../checker/checker';
import type { Evidence } from '../checker/evidence';
import type { FaultScene, ServiceEnvironment } from './fault.scene';

/** The log that a row runs on: PostgreSQL, or Kafka on one or three brokers. */
export type LogKind = 'postgres' | 'one-broker' | 'three-brokers';

type RowLoad = Pick<
  LoadOptions,
  'assessments' | 'gateways' | 'incidentShare' | 'intervalSeconds' | 'minutes' | 'readShare' | 'sessionSeconds'
>;

/** One fault: what is done to the platform under a steady load, and what must hold besides the checker's properties. */
export interface FaultRow {
  /** Unique; `npm run test:faults -- --only NAME` runs it. */
  readonly name: string;
  readonly logs: readonly LogKind[];
  /** Logs on which the row belongs to the short set. */
  readonly short?: readonly LogKind[];
  /** Logs on which replies to candidates must get lost on their way: then some outcome has to be unknown. */
  readonly cutsReplies: readonly LogKind[];
  readonly load?: Partial<RowLoad>;
  /** How the brokers are set up, where that matters. */
  readonly cluster?: LoadPlatformOptions['cluster'];
  /** PostgreSQL gets a disk of this size, which can be filled. */
  readonly diskMegabytes?: number;
  /** Variables of the services from the start on. */
  readonly environment?: Partial<ServiceEnvironment>;
  /** What was acknowledged is gone for good: nothing ends by itself, the checker has to object, and the row says how. */
  readonly destroysLog?: true;
  /** Before the load: proxies, further candidates. */
  arrange?(scene: FaultScene): Promise<void>;
  /** Under load, from the first acknowledged answers on; resolves when the fault is healed. */
  harm(scene: FaultScene): Promise<void>;
  /** @returns what does not hold; nothing where all is well */
  problems?(outcome: RowOutcome): readonly string[] | Promise<readonly string[]>;
}

/** What a row has to judge by itself, beyond the checker. */
export interface RowOutcome {
  readonly scene: FaultScene;
  readonly history: Evidence['history'];
  readonly tables: Evidence['tables'];
  readonly check: CheckReport;
}

/** `gateway-killed/postgres`: what the results file and the command line call a row on a log. */
export function nameOfRun({ name }: FaultRow, log: LogKind): string {
  return `${name}/${log}`;
}
