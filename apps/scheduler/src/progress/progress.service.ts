import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { LogPositionOf } from '../clusters/cluster-events';
import { GateWatch } from '../gates/gate-watch';
import { dateAt } from '../plan/domain/local-time';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { type AgencyProgress, type Counts, ProgressRepository, type SetAsideRecord } from './progress.repository';

export interface ClusterProgress extends Counts {
  /** Null: agencies that are in no cluster. */
  readonly cluster: number | null;
  /** Whether any agency is in the cluster by a scenario only. */
  readonly scenario: boolean;
}

export interface ProgressView {
  readonly at: string;
  /** The day whose memberships are in force. */
  readonly on: string;
  readonly total: Counts;
  readonly clusters: readonly ClusterProgress[];
  readonly agencies: readonly AgencyProgress[];
  /** How far the log is counted. */
  readonly positions: readonly LogPositionOf[];
  /** Records that could not be counted. */
  readonly setAside: readonly SetAsideRecord[];
}

const NOBODY: Counts = { registered: 0, seated: 0, attended: 0, scored: 0, reconciled: 0 };

@Injectable()
export class ProgressService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly progress: ProgressRepository,
    private readonly watch: GateWatch,
  ) {}

  async show(): Promise<ProgressView> {
    const nowMs = this.runtime.nowMs();
    const on = dateAt(nowMs, ROLLOUT_TIME_ZONE);
    const { agencies, positions } = await this.progress.progress(this.dataSource.manager, on);
    const setAside = await this.progress.setAside(this.dataSource.manager);
    const at = new Date(nowMs).toISOString();
    return { at, on, total: sumOf(agencies), clusters: byCluster(agencies), agencies, positions, setAside };
  }

  /** A person has looked at the record and takes on that it counts for nothing. */
  async dismiss(
    record: Pick<SetAsideRecord, 'topic' | 'partition' | 'offset'>,
    reasonCode: string,
    account: string,
  ): Promise<void> {
    const at = new Date(this.runtime.nowMs());
    const found = await this.progress.dismiss(this.dataSource.manager, record, { account, reasonCode, at });
    if (!found) throw new DomainError('progress.no-such-record');
    this.watch.wake();
  }
}

/** An agency is in one cluster at a time and a person in one agency, so sums over agencies count people once. */
function byCluster(agencies: readonly AgencyProgress[]): ClusterProgress[] {
  const groups = new Map<number | null, AgencyProgress[]>();
  for (const agency of agencies) groups.set(agency.cluster, [...(groups.get(agency.cluster) ?? []), agency]);
  return [...groups].map(([cluster, members]) => ({
    cluster,
    scenario: members.some(({ scenario }) => scenario),
    ...sumOf(members),
  }));
}

function sumOf(counts: readonly Counts[]): Counts {
  return counts.reduce<Counts>(
    (sum, { registered, seated, attended, scored, reconciled }) => ({
      registered: sum.registered + registered,
      seated: sum.seated + seated,
      attended: sum.attended + attended,
      scored: sum.scored + scored,
      reconciled: sum.reconciled + reconciled,
    }),
    NOBODY,
  );
}
