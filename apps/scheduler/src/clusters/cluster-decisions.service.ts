import { addToOutbox } from '@app/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { eventsOfTransition } from './cluster-events';
import { ClustersRepository, type LoadedCluster } from './clusters.repository';
import { type Decision, applyDecision } from './domain/cluster-status';

/** Records decisions, and in the same transaction what the others hear of them. The caller holds the clusters' locks. */
@Injectable()
export class ClusterDecisions {
  constructor(private readonly repository: ClustersRepository) {}

  async record(manager: EntityManager, cluster: LoadedCluster, decision: Decision): Promise<LoadedCluster> {
    const status = applyDecision(cluster.status, decision);
    await this.repository.append(manager, cluster, decision);
    if (decision.kind === 'transition') await addToOutbox(manager, eventsOfTransition(cluster.number, decision));
    return { number: cluster.number, status, decisions: cluster.decisions + 1 };
  }
}
