import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';

/** What is counted, in the order in which a person passes through it. */
export const BURN_UP_LINES = ['planned', 'invited', 'seated', 'submitted', 'scored', 'reconciled', 'released'] as const;
export type BurnUpLine = (typeof BURN_UP_LINES)[number];

/** How many there were at the end of a day, all days before it included. */
export interface BurnUpPoint {
  readonly day: string;
  readonly people: number;
}

/** Points only where a line rises. */
export type BurnUpLines = Readonly<Record<BurnUpLine, readonly BurnUpPoint[]>>;

/** Whose burn-up: everything where all are null. */
export interface BurnUpScope {
  readonly cluster: number | null;
  readonly agency: string | null;
  readonly period: { readonly from: string; readonly to: string } | null;
}

interface Row {
  readonly line: BurnUpLine;
  readonly day: string;
  readonly people: number;
}

@Injectable()
export class BurnUpRepository {
  /**
   * Counts each person once in each line, on the first day that the line holds of them:
   * `planned` counts seats, not people: seats of the sessions of the day. `invited`: the first seat was given. `seated`:
   * the day of the seat's session has come. `submitted`: the first attempt closed, however it closed. `scored`,
   * `released`: the first result was scored, released. `reconciled`: a result has the root of its attempt's latest closing.
   * Days are those of the session; where there is none, of the rollout. In a period each line begins anew.
   *
   * @param onDate decides which cluster each agency is in
   */
  async lines(manager: EntityManager, { cluster, agency, period }: BurnUpScope, onDate: string): Promise<BurnUpLines> {
    const rows: Row[] = await manager.query(
      `WITH people AS (
         SELECT p.analytics_id FROM persons p LEFT JOIN memberships_on($3, true) m ON m.agency_code = p.agency
         WHERE ($1::integer IS NULL OR m.cluster = $1) AND ($2::text IS NULL OR p.agency = $2)
       ), offered AS (
         SELECT s.session_id, (s.starts_at AT TIME ZONE s.time_zone)::date AS day, s.seat_count, s.cluster
         FROM sessions s WHERE s.cancelled_at IS NULL
       ), attempts AS (
         SELECT c.analytics_id, (c.closed_at AT TIME ZONE COALESCE(s.time_zone, $4))::date AS closed,
                (r.scored_at AT TIME ZONE $4)::date AS scored,
                CASE WHEN r.closing = c.closing AND r.root = c.root
                     THEN (greatest(r.scored_at, c.closed_at) AT TIME ZONE $4)::date END AS reconciled,
                (r.released_at AT TIME ZONE $4)::date AS released
         FROM attempt_closings c LEFT JOIN sessions s USING (session_id) LEFT JOIN attempt_results r USING (attempt_id)
       ), moments AS (
         SELECT 'invited' AS line, t.analytics_id, (t.given_at AT TIME ZONE $4)::date AS day FROM seats t
         UNION ALL
         SELECT 'seated', t.analytics_id, o.day FROM seats t JOIN offered o USING (session_id) WHERE o.day <= $3::date
         UNION ALL SELECT 'submitted', analytics_id, closed FROM attempts
         UNION ALL SELECT 'scored', analytics_id, scored FROM attempts
         UNION ALL SELECT 'reconciled', analytics_id, reconciled FROM attempts
         UNION ALL SELECT 'released', analytics_id, released FROM attempts
       ), firsts AS (
         SELECT line, analytics_id, min(day) AS day
         FROM moments JOIN people USING (analytics_id)
         WHERE day BETWEEN COALESCE($5::date, '-infinity') AND COALESCE($6::date, 'infinity')
         GROUP BY line, analytics_id
       ), daily AS (
         SELECT line, day, count(*) AS people FROM firsts GROUP BY line, day
         UNION ALL
         SELECT 'planned', day, sum(seat_count) FROM offered
         WHERE ($1::integer IS NULL OR cluster = $1) AND $2::text IS NULL
           AND day BETWEEN COALESCE($5::date, '-infinity') AND COALESCE($6::date, 'infinity')
         GROUP BY day
       )
       SELECT line, day::text, sum(people) OVER (PARTITION BY line ORDER BY day)::integer AS people
       FROM daily ORDER BY line, day`,
      [cluster, agency, onDate, ROLLOUT_TIME_ZONE, period?.from ?? null, period?.to ?? null],
    );
    const lines = Object.fromEntries(BURN_UP_LINES.map((line) => [line, [] as BurnUpPoint[]]));
    for (const { line, day, people } of rows) lines[line]!.push({ day, people });
    return lines as unknown as BurnUpLines;
  }
}
