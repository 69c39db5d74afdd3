import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { LogPositionOf } from '../clusters/cluster-events';
import { SCHEDULER_GROUP } from '../scheduler.tokens';

/** Distinct people, each counted once whatever number of attempts. */
export interface Counts {
  readonly registered: number;
  readonly seated: number;
  readonly attended: number;
  readonly scored: number;
  readonly reconciled: number;
}

export interface AgencyProgress extends Counts {
  /** Null where the roster names an agency that is not recorded. */
  readonly agency: string | null;
  readonly cluster: number | null;
  readonly scenario: boolean;
}

export interface SetAsideRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly code: string;
}

export interface ProgressAtPositions {
  readonly agencies: readonly AgencyProgress[];
  readonly positions: readonly LogPositionOf[];
}

@Injectable()
export class ProgressRepository {
  /** Progress per agency and the positions it stands at, in one statement and so in one snapshot. */
  async progress(manager: EntityManager, onDate: string): Promise<ProgressAtPositions> {
    const rows: ProgressAtPositions[] = await manager.query(
      `WITH counted AS (
         SELECT p.agency, m.cluster, COALESCE(m.scenario, false) AS scenario, count(*) AS registered,
                count(*) FILTER (WHERE p.seated) AS seated, count(*) FILTER (WHERE p.attended) AS attended,
                count(*) FILTER (WHERE p.scored) AS scored, count(*) FILTER (WHERE p.reconciled) AS reconciled
         FROM person_standing p LEFT JOIN memberships_on($1, true) m ON m.agency_code = p.agency
         WHERE NOT p.withdrawn
         GROUP BY p.agency, m.cluster, m.scenario
       )
       SELECT (SELECT COALESCE(json_agg(counted ORDER BY cluster, agency), '[]') FROM counted) AS agencies,
              (SELECT COALESCE(json_agg(json_build_object('topic', topic, 'partition', partition, 'offset', next_offset)
                                        ORDER BY topic, partition), '[]')
               FROM consumer_progress WHERE consumer_group = $2) AS positions`,
      [onDate, SCHEDULER_GROUP],
    );
    return rows[0] ?? { agencies: [], positions: [] };
  }

  /** How far each partition of a topic has been applied. */
  async positions(manager: EntityManager, topic: string): Promise<Map<number, number>> {
    const rows: { partition: number; next_offset: string }[] = await manager.query(
      'SELECT partition, next_offset FROM consumer_progress WHERE consumer_group = $1 AND topic = $2',
      [SCHEDULER_GROUP, topic],
    );
    return new Map(rows.map((row) => [row.partition, Number(row.next_offset)]));
  }

  async setAside(manager: EntityManager): Promise<SetAsideRecord[]> {
    return manager.query(
      `SELECT topic, partition, "offset"::float8 AS "offset", key, code FROM records_set_aside
       WHERE dismissed_at IS NULL ORDER BY topic, partition, records_set_aside."offset"`,
    );
  }

  /** @returns whether there was such a record, dismissed now or before */
  async dismiss(
    manager: EntityManager,
    record: Pick<SetAsideRecord, 'topic' | 'partition' | 'offset'>,
    by: { readonly account: string; readonly reasonCode: string; readonly at: Date },
  ): Promise<boolean> {
    const rows: unknown[] = await manager.query(
      `WITH dismissed AS (
         UPDATE records_set_aside SET dismissed_by = $4, dismissal_reason = $5, dismissed_at = $6
         WHERE topic = $1 AND partition = $2 AND "offset" = $3 AND dismissed_at IS NULL
       )
       SELECT 1 FROM records_set_aside WHERE topic = $1 AND partition = $2 AND "offset" = $3`,
      [record.topic, record.partition, record.offset, by.account, by.reasonCode, by.at],
    );
    return rows.length > 0;
  }
}
