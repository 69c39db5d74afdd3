import type { GateSnapshot, Proposal, Transition } from '../../../../apps/scheduler/src/clusters/domain/cluster-status';
import type { BindingGate, GateMoment } from '../../../../apps/scheduler/src/clusters/domain/cluster-steps';
import { CommandRefused, type RolloutPlatform } from '../system/rollout-platform';

/** What staff see of a cluster, as far as the play needs it. */
export interface ClusterSeen {
  readonly number: number;
  readonly name: string;
  readonly state: string;
  readonly stage: string;
  readonly version: number;
  readonly gates: readonly BindingGate[];
  readonly steps: readonly Transition[];
  readonly evaluations: readonly GateSnapshot[];
  readonly proposals: readonly Proposal[];
}

export type TwoPersonStep = 'open' | 'promote' | 'advance' | 'resume' | 'close';

/** The gates that a step needs, as the scheduler asks them. */
const MOMENTS: Readonly<Record<TwoPersonStep, readonly GateMoment[]>> = {
  open: ['ready'],
  promote: ['canary', 'running'],
  advance: ['wave', 'running'],
  resume: [],
  close: ['promotion', 'release'],
};

export interface StepTaken {
  readonly cluster: ClusterSeen;
  /** Inconclusive gates that both people went on over. */
  readonly overrides: readonly string[];
}

/** The steps of people, over the routes: a rollout officer proposes, another confirms. */
export class StaffDesk {
  constructor(private readonly platform: RolloutPlatform) {}

  look(cluster: number): Promise<ClusterSeen> {
    return this.platform.call('officerRini', 'GET', `/v1/clusters/${cluster}`);
  }

  async prepare(cluster: number): Promise<void> {
    const { version } = await this.look(cluster);
    const body = { version, reasonCode: 'sites-verified' };
    await this.platform.call('officerRini', 'POST', `/v1/clusters/${cluster}/preparation`, body);
  }

  /**
   * Two people take a step, over whatever is inconclusive but never over what failed.
   *
   * @returns null where the service refuses the step
   */
  async decide(cluster: number, step: TwoPersonStep, reasonCode: string): Promise<StepTaken | null> {
    const seen = await this.look(cluster);
    const overrides = inconclusiveOf(seen, step);
    const { version } = seen;
    const url = `/v1/clusters/${cluster}`;
    try {
      await this.platform.call('officerRini', 'POST', `${url}/proposals`, { step, version, reasonCode, overrides });
      const confirmed = await this.platform.call<ClusterSeen>('officerBudi', 'POST', `${url}/confirmations`, {
        step,
        version,
      });
      return { cluster: confirmed, overrides };
    } catch (error) {
      if (error instanceof CommandRefused && error.status === 409) return null;
      throw error;
    }
  }
}

function inconclusiveOf({ gates }: ClusterSeen, step: TwoPersonStep): string[] {
  return gates
    .filter(({ moments }) => moments.some((moment) => MOMENTS[step].includes(moment)))
    .filter(({ snapshot }) => snapshot?.outcome !== 'passed' && snapshot?.outcome !== 'failed')
    .map(({ gate }) => gate);
}
