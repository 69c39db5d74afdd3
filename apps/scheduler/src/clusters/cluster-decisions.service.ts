import { addToOutbox } from '@app/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { dateAt } from '../plan/domain/local-time';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';
import { chooseAtShare } from './canary-choice';
import { eventsOfTransition } from './cluster-events';
import { ClustersRepository, type LoadedCluster } from './clusters.repository';
import { type Decision, type Transition, applyDecision } from './domain/cluster-status';
import { RampRepository } from './ramp.repository';

/** Records decisions, and in the same transaction what the others hear of them. The caller holds the clusters' locks. */
@Injectable()
export class ClusterDecisions {
  constructor(
    private readonly repository: ClustersRepository,
    private readonly ramps: RampRepository,
  ) {}

  async record(manager: EntityManager, cluster: LoadedCluster, decision: Decision): Promise<LoadedCluster> {
    const status = applyDecision(cluster.status, decision);
    await this.repository.append(manager, cluster, decision);
    if (decision.kind === 'transition') {
      if (decision.sharePercent > cluster.status.sharePercent) await this.choosePeople(manager, cluster, decision);
      await addToOutbox(manager, eventsOfTransition(cluster.number, decision));
    }
    return { number: cluster.number, status, decisions: cluster.decisions + 1 };
  }

  /** The last wave is everybody, whoever they are by then: nobody has to be chosen for it. */
  private async choosePeople(manager: EntityManager, { number }: LoadedCluster, step: Transition): Promise<void> {
    const { sharePercent, at } = step;
    const plan = (await this.ramps.plansInForce(manager)).get(String(number));
    if (sharePercent >= 100 || !plan) return;
    const candidates = await this.ramps.candidates(manager, number, dateAt(Date.parse(at), ROLLOUT_TIME_ZONE));
    await this.ramps.choose(manager, number, chooseAtShare(candidates, sharePercent, plan.seed), sharePercent, at);
  }
}
