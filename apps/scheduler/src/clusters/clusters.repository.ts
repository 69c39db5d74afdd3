import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { latestVersions } from '../versioned-records';
import { ClusterDecisionEntity, ClusterEntity, ClusterVersionEntity } from './cluster.entity';
import { type ClusterStatus, type Decision, foldDecisions } from './domain/cluster-status';

/** A cluster as it stands, and how many decisions led there. */
export interface LoadedCluster {
  readonly number: number;
  readonly status: ClusterStatus;
  readonly decisions: number;
}

@Injectable()
export class ClustersRepository {
  /** Locks every cluster, in one order for everybody: a step of one reads the state of the one before. */
  async lockAll(manager: EntityManager): Promise<Map<number, LoadedCluster>> {
    await manager.query('SELECT number FROM clusters ORDER BY number FOR UPDATE');
    return this.loadAll(manager);
  }

  /**
   * Keeps decisions out for as long as an evaluation takes. Locking a table takes no snapshot: a transaction under
   * REPEATABLE READ that begins so sees everything decided before it got the lock.
   */
  async lockForEvaluation(manager: EntityManager): Promise<void> {
    await manager.query('LOCK TABLE clusters IN EXCLUSIVE MODE');
  }

  async loadAll(manager: EntityManager): Promise<Map<number, LoadedCluster>> {
    const rows: { number: number; decisions: Decision[] }[] = await manager.query(
      `SELECT c.number, COALESCE(jsonb_agg(d.decision ORDER BY d.sequence) FILTER (WHERE d.sequence IS NOT NULL), '[]')
                AS decisions
       FROM clusters c LEFT JOIN cluster_decisions d ON d.cluster = c.number
       GROUP BY c.number ORDER BY c.number`,
    );
    return new Map(
      rows.map(({ number, decisions }) => [
        number,
        { number, status: foldDecisions(decisions), decisions: decisions.length },
      ]),
    );
  }

  async append(manager: EntityManager, cluster: LoadedCluster, decision: Decision): Promise<void> {
    await manager.insert(ClusterDecisionEntity, {
      cluster: cluster.number,
      sequence: cluster.decisions + 1,
      kind: decision.kind,
      version: decision.version,
      decision,
    });
  }

  async numbers(manager: EntityManager): Promise<Set<number>> {
    const rows = await manager.find(ClusterEntity);
    return new Set(rows.map(({ number }) => number));
  }

  async versions(manager: EntityManager): Promise<ClusterVersionEntity[]> {
    return manager.find(ClusterVersionEntity, { order: { number: 'ASC', version: 'ASC' } });
  }

  async latestVersions(manager: EntityManager): Promise<Map<string, ClusterVersionEntity>> {
    return latestVersions(await this.versions(manager), ({ number }) => String(number));
  }

  async insert(manager: EntityManager, versions: readonly ClusterVersionEntity[]): Promise<void> {
    const numbers = [...new Set(versions.map(({ number }) => number))];
    await manager.query('INSERT INTO clusters (number) SELECT unnest($1::integer[]) ON CONFLICT DO NOTHING', [numbers]);
    await manager.insert(ClusterVersionEntity, [...versions]);
  }
}
