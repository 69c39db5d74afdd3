import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { latestVersions } from '../versioned-records';
import { RampPlanEntity } from './cluster.entity';
import type { Candidate } from './canary-choice';

@Injectable()
export class RampRepository {
  async plans(manager: EntityManager): Promise<RampPlanEntity[]> {
    return manager.find(RampPlanEntity, { order: { cluster: 'ASC', version: 'ASC' } });
  }

  async plansInForce(manager: EntityManager): Promise<Map<string, RampPlanEntity>> {
    return latestVersions(await this.plans(manager), ({ cluster }) => String(cluster));
  }

  async insert(manager: EntityManager, plans: readonly RampPlanEntity[]): Promise<void> {
    await manager.insert(RampPlanEntity, [...plans]);
  }

  /** Everybody of a cluster on a day, with whether they were chosen before. */
  async candidates(manager: EntityManager, cluster: number, onDate: string): Promise<Candidate[]> {
    return manager.query(
      `SELECT p.analytics_id AS "analyticsId", p.agency, r.analytics_id IS NOT NULL AS chosen
       FROM persons p JOIN memberships_on($2, true) m ON m.agency_code = p.agency
         LEFT JOIN ramp_members r ON r.cluster = $1 AND r.analytics_id = p.analytics_id
       WHERE m.cluster = $1 AND NOT p.withdrawn`,
      [cluster, onDate],
    );
  }

  async choose(
    manager: EntityManager,
    cluster: number,
    people: readonly string[],
    sharePercent: number,
    at: string,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO ramp_members (cluster, analytics_id, share_percent, chosen_at)
       SELECT $1, unnest($2::text[]), $3, $4 ON CONFLICT DO NOTHING`,
      [cluster, people, sharePercent, at],
    );
  }

  async members(
    manager: EntityManager,
    cluster: number,
  ): Promise<{ analyticsId: string; agency: string | null; sharePercent: number }[]> {
    return manager.query(
      `SELECT r.analytics_id AS "analyticsId", p.agency, r.share_percent AS "sharePercent"
       FROM ramp_members r LEFT JOIN persons p USING (analytics_id) WHERE r.cluster = $1
       ORDER BY r.share_percent, p.agency, r.analytics_id`,
      [cluster],
    );
  }
}
