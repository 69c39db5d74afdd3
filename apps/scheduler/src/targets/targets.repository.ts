import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';
import { PublishedTotalEntity, TargetVersionEntity } from './target.entity';

export interface Period {
  readonly fromDate: string;
  readonly toDate: string;
}

@Injectable()
export class TargetsRepository {
  async targets(manager: EntityManager): Promise<TargetVersionEntity[]> {
    return manager.find(TargetVersionEntity, { order: { targetId: 'ASC', version: 'ASC' } });
  }

  async totals(manager: EntityManager): Promise<PublishedTotalEntity[]> {
    return manager.find(PublishedTotalEntity, { order: { fromDate: 'ASC', totalId: 'ASC', version: 'ASC' } });
  }

  async insertTargets(manager: EntityManager, versions: readonly TargetVersionEntity[]): Promise<void> {
    await manager.insert(TargetVersionEntity, [...versions]);
  }

  async insertTotals(manager: EntityManager, versions: readonly PublishedTotalEntity[]): Promise<void> {
    await manager.insert(PublishedTotalEntity, [...versions]);
  }

  /**
   * Distinct people with an attempt that closed in each period, however it closed. The day is the session's own; where
   * the session is not planned here, that of the rollout.
   */
  async assessedPeople(manager: EntityManager, periods: readonly Period[]): Promise<number[]> {
    const rows: { people: number }[] = await manager.query(
      `SELECT (SELECT count(DISTINCT c.analytics_id)::integer
               FROM attempt_closings c LEFT JOIN sessions s USING (session_id)
               WHERE (c.closed_at AT TIME ZONE COALESCE(s.time_zone, $3))::date BETWEEN period.from_date AND period.to_date
              ) AS people
       FROM unnest($1::date[], $2::date[]) WITH ORDINALITY AS period (from_date, to_date, place)
       ORDER BY place`,
      [periods.map(({ fromDate }) => fromDate), periods.map(({ toDate }) => toDate), ROLLOUT_TIME_ZONE],
    );
    return rows.map(({ people }) => people);
  }
}
