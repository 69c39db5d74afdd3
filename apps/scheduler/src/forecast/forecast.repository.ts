import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';

/** The seats of the sessions that begin at one moment in one cluster. */
export interface PlannedSeats {
  readonly cluster: number;
  readonly startsAt: Date;
  /** Day of the session. */
  readonly day: string;
  readonly seats: number;
}

@Injectable()
export class ForecastRepository {
  /** Seats of all sessions that were not cancelled, by cluster and beginning. */
  async plannedSeats(manager: EntityManager): Promise<PlannedSeats[]> {
    return manager.query(
      `SELECT cluster, starts_at AS "startsAt", (starts_at AT TIME ZONE time_zone)::date::text AS day,
              sum(seat_count)::integer AS seats
       FROM sessions WHERE cancelled_at IS NULL
       GROUP BY cluster, starts_at, time_zone ORDER BY starts_at, cluster`,
    );
  }

  /** Days on which attempts closed, with the people whose first one that was. */
  async submittedPerDay(manager: EntityManager): Promise<{ readonly day: string; readonly people: number }[]> {
    return manager.query(
      `SELECT day::text, count(*)::integer AS people
       FROM (SELECT min((c.closed_at AT TIME ZONE COALESCE(s.time_zone, $1))::date) AS day
             FROM attempt_closings c LEFT JOIN sessions s USING (session_id) GROUP BY c.analytics_id) first
       GROUP BY day ORDER BY day`,
      [ROLLOUT_TIME_ZONE],
    );
  }
}
