import { TOPICS } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { GateFigures } from './domain/gate-judgement';
import type { GateName } from './domain/gate-rule';
import { type SiteResults, compareSites } from './domain/site-comparison';

/** What a gate looks at: one cluster, on one day, at one share of its people. */
export interface Sight {
  readonly cluster: number;
  /** Day whose memberships are in force. */
  readonly onDate: string;
  readonly sharePercent: number;
  readonly now: Date;
  readonly timeZone: string;
  readonly thresholds: Readonly<Record<string, number>>;
}

type Reader = (manager: EntityManager, sight: Sight) => Promise<GateFigures>;

/** People of the cluster who have not been withdrawn. */
const PEOPLE = `people AS (
  SELECT p.* FROM person_standing p JOIN memberships_on($2, true) m ON m.agency_code = p.agency
  WHERE NOT p.withdrawn AND m.cluster = $1
)`;

/** Closed attempts of the cluster's sessions on the latest day that has any: a day without sessions says nothing. */
const LATEST_DAY = `attempts AS (
  SELECT c.*, s.cluster, (c.closed_at AT TIME ZONE $2)::date AS day
  FROM attempt_closings c JOIN sessions s USING (session_id) WHERE s.cluster = $1
), latest AS (
  SELECT * FROM attempts WHERE day = (SELECT max(day) FROM attempts)
)`;

const MINUTES_SINCE = (column: string, now: string) =>
  `round((extract(epoch FROM ${now}::timestamptz - ${column}) / 60)::numeric)::integer`;

/** Reads what each gate judges. All of it was told by the log; each reading is one statement. */
@Injectable()
export class GateFiguresRepository {
  private readonly readers: Readonly<Record<Exclude<GateName, 'coverage'>, Reader>> = {
    'roster-sync': (manager, sight) => this.rosterSync(manager, sight),
    rehearsal: (manager, sight) => this.rehearsal(manager, sight),
    parity: (manager, sight) => this.parity(manager, sight),
    seats: (manager, sight) => this.seats(manager, sight),
    'canary-size': (manager, sight) => this.canarySize(manager, sight),
    incidents: (manager, sight) => this.incidents(manager, sight),
    'save-latency': (manager, sight) => this.saveLatency(manager, sight),
    'scoring-lag': (manager, sight) => this.scoringLag(manager, sight),
    integrity: (manager, sight) => this.integrity(manager, sight),
    attendance: (manager, sight) => this.attendance(manager, sight),
    reliability: (manager, sight) => this.reliability(manager, sight),
    'result-quality': (manager, sight) => this.resultQuality(manager, sight),
  };

  read(manager: EntityManager, gate: Exclude<GateName, 'coverage'>, sight: Sight): Promise<GateFigures> {
    return this.readers[gate](manager, sight);
  }

  /** Matched: the roster names an agency that is recorded. The feed is as old as its latest record about anybody. */
  private rosterSync(manager: EntityManager, { cluster, onDate, now }: Sight): Promise<GateFigures> {
    return one(
      manager,
      `WITH ${PEOPLE}, told AS (
         SELECT count(*) AS everybody, count(a.code) AS matched, ${MINUTES_SINCE('max(p.told_at)', '$3')} AS newest
         FROM persons p LEFT JOIN agencies a ON a.code = p.agency WHERE NOT p.withdrawn
       )
       SELECT (SELECT count(*) FROM people)::integer AS registered,
              round(100.0 * matched / NULLIF(everybody, 0), 2)::float8 AS "matchedPercent",
              newest AS "newestMinutes",
              (SELECT count(*) FROM records_set_aside WHERE topic = $4 AND dismissed_at IS NULL)::integer AS "setAside"
       FROM told`,
      [cluster, onDate, now, TOPICS.roster.name],
    );
  }

  private rehearsal(manager: EntityManager, { cluster, now }: Sight): Promise<GateFigures> {
    return one(
      manager,
      `WITH wanted AS (
         SELECT DISTINCT site_id FROM sessions WHERE cluster = $1 AND cancelled_at IS NULL
       ), latest AS (
         SELECT DISTINCT ON (site_id, kind) * FROM attestations ORDER BY site_id, kind, attested_at DESC, attestation_id
       ), stood AS (
         SELECT site_id, count(a.kind) FILTER (WHERE a.passed) AS passed, count(a.kind) FILTER (WHERE NOT a.passed) AS failed,
                max(a.image_hash) AS image, min(a.attested_at) AS oldest
         FROM wanted LEFT JOIN latest a USING (site_id) GROUP BY site_id
       )
       SELECT count(*)::integer AS sites, (count(*) FILTER (WHERE passed = 2))::integer AS "sitesPassed",
              (count(*) FILTER (WHERE failed > 0))::integer AS "sitesFailed", count(DISTINCT image)::integer AS images,
              ${MINUTES_SINCE('min(oldest)', '$2')} AS "oldestMinutes"
       FROM stood`,
      [cluster, now],
    );
  }

  /**
   * A process that took its leave no longer counts; one that has been silent for longer than `forgottenMinutes` was taken
   * out on purpose.
   */
  private parity(manager: EntityManager, { now, thresholds }: Sight): Promise<GateFigures> {
    return one(
      manager,
      `WITH heard AS (
         SELECT DISTINCT ON (process) process, reported_at, versions, stopped FROM process_figures
         WHERE reported_at > $1::timestamptz - make_interval(mins => $3) AND reported_at <= $1
         ORDER BY process, reported_at DESC
       ), latest AS (
         SELECT * FROM heard WHERE NOT stopped
       ), named AS (
         SELECT key, count(DISTINCT value) AS versions FROM latest, jsonb_each_text(versions) GROUP BY key
       )
       SELECT count(*)::integer AS processes,
              (count(*) FILTER (WHERE reported_at < $1::timestamptz - make_interval(mins => $2)))::integer AS silent,
              (SELECT count(*) FROM named WHERE versions > 1)::integer AS differing
       FROM latest`,
      [now, thresholds.staleMinutes, thresholds.forgottenMinutes],
    );
  }

  /** Seats of sessions that have not been sealed, against the people who have not sat. */
  private seats(manager: EntityManager, { cluster, onDate }: Sight): Promise<GateFigures> {
    return one(
      manager,
      `WITH ${PEOPLE}, need AS (
         SELECT count(*) FILTER (WHERE NOT attended) AS people FROM people
       ), offered AS (
         SELECT COALESCE(sum(s.seat_count), 0) AS seats
         FROM sessions s LEFT JOIN session_runs r USING (session_id)
         WHERE s.cluster = $1 AND s.cancelled_at IS NULL AND r.sealed_at IS NULL
       )
       SELECT people::integer, seats::integer, round(100.0 * seats / NULLIF(people, 0), 1)::float8 AS "seatsPercent"
       FROM need CROSS JOIN offered`,
      [cluster, onDate],
    );
  }

  private canarySize(manager: EntityManager, { cluster }: Sight): Promise<GateFigures> {
    return one(
      manager,
      `SELECT count(DISTINCT c.analytics_id)::integer AS people, count(DISTINCT p.agency)::integer AS agencies,
              count(DISTINCT s.site_id)::integer AS sites
       FROM attempt_closings c JOIN sessions s USING (session_id) JOIN persons p USING (analytics_id)
       WHERE s.cluster = $1`,
      [cluster],
    );
  }

  private incidents(manager: EntityManager, { cluster, timeZone }: Sight): Promise<GateFigures> {
    return one(
      manager,
      `WITH ${LATEST_DAY}
       SELECT count(*)::integer AS attempts,
              (count(*) FILTER (WHERE credited_seconds > 0 OR resumes > 0))::integer AS incidents,
              round(100.0 * count(*) FILTER (WHERE credited_seconds > 0 OR resumes > 0) / NULLIF(count(*), 0), 2)::float8
                AS "incidentPercent"
       FROM latest`,
      [cluster, timeZone],
    );
  }

  private saveLatency(manager: EntityManager, { now, thresholds }: Sight): Promise<GateFigures> {
    return one(
      manager,
      `SELECT count(*)::integer AS reports, max(acknowledgement_p99_ms) AS "worstMs", min(acknowledgement_p99_ms) AS "bestMs"
       FROM process_figures
       WHERE acknowledgement_p99_ms IS NOT NULL AND reported_at <= $1
         AND reported_at > $1::timestamptz - make_interval(mins => $2)`,
      [now, thresholds.windowMinutes],
    );
  }

  /** A closing that still waits is as late as it is old. */
  private scoringLag(manager: EntityManager, { cluster, timeZone, now }: Sight): Promise<GateFigures> {
    return one(
      manager,
      `WITH ${LATEST_DAY}, lags AS (
         SELECT r.attempt_id IS NOT NULL AS scored,
                extract(epoch FROM COALESCE(r.scored_at, $3::timestamptz) - l.closed_at) / 60 AS minutes
         FROM latest l LEFT JOIN attempt_results r ON r.attempt_id = l.attempt_id AND r.closing >= l.closing
       )
       SELECT (count(*) FILTER (WHERE scored))::integer AS scored, (count(*) FILTER (WHERE NOT scored))::integer AS waiting,
              round(percentile_cont(0.95) WITHIN GROUP (ORDER BY minutes)::numeric)::float8 AS "lagMinutes"
       FROM lags`,
      [cluster, timeZone, now],
    );
  }

  private integrity(manager: EntityManager, { cluster }: Sight): Promise<GateFigures> {
    return one(
      manager,
      `SELECT count(*)::integer AS sealed, (count(*) FILTER (WHERE r.verified))::integer AS verified,
              (count(*) FILTER (WHERE NOT r.verified))::integer AS differing
       FROM sessions s JOIN session_runs r USING (session_id) WHERE s.cluster = $1 AND r.sealed_at IS NOT NULL`,
      [cluster],
    );
  }

  /** Of the people whose turn it is: the canary, the wave, or everybody. */
  private attendance(manager: EntityManager, { cluster, onDate, sharePercent }: Sight): Promise<GateFigures> {
    return one(
      manager,
      `WITH ${PEOPLE}, chosen AS (
         SELECT * FROM people
         WHERE $3::float8 >= 100 OR analytics_id IN (SELECT analytics_id FROM ramp_members WHERE cluster = $1)
       ), runs AS (
         SELECT count(*) AS sessions, count(r.sealed_at) AS sealed
         FROM sessions s LEFT JOIN session_runs r USING (session_id) WHERE s.cluster = $1 AND s.cancelled_at IS NULL
       )
       SELECT count(c.analytics_id)::integer AS chosen, (count(*) FILTER (WHERE c.seated))::integer AS seated,
              (count(*) FILTER (WHERE c.attended))::integer AS attended,
              round(100.0 * count(*) FILTER (WHERE c.attended) / NULLIF(count(c.analytics_id), 0), 2)::float8
                AS "attendedPercent",
              sessions::integer, sealed::integer AS "sealedSessions", $3::float8 AS "sharePercent"
       FROM runs LEFT JOIN chosen c ON true GROUP BY sessions, sealed`,
      [cluster, onDate, sharePercent],
    );
  }

  private reliability(manager: EntityManager, { cluster }: Sight): Promise<GateFigures> {
    return one(
      manager,
      `SELECT count(*)::integer AS reports, COALESCE(sum(attempts), 0)::integer AS attempts, min(alpha) AS "lowestAlpha"
       FROM quality_reports
       WHERE (site_id, form_id, form_version) IN (
         SELECT site_id, form_id, form_version FROM sessions WHERE cluster = $1 AND cancelled_at IS NULL)`,
      [cluster],
    );
  }

  private async resultQuality(manager: EntityManager, { cluster, thresholds }: Sight): Promise<GateFigures> {
    const sites: SiteResults[] = await manager.query(
      `SELECT p.agency, s.site_id AS "siteId", count(*)::integer AS people, avg(r.ability) AS mean,
              COALESCE(var_pop(r.ability) * count(*), 0) AS squares
       FROM attempt_closings c JOIN attempt_results r USING (attempt_id, closing) JOIN sessions s USING (session_id)
         JOIN persons p USING (analytics_id)
       WHERE s.cluster = $1 AND r.ability IS NOT NULL AND p.agency IS NOT NULL
       GROUP BY p.agency, s.site_id ORDER BY p.agency, s.site_id`,
      [cluster],
    );
    const { largestShift, ...counts } = compareSites(sites, thresholds.margin ?? 0, thresholds.confidence ?? 0);
    return { ...counts, largestShift: largestShift === null ? null : Math.round(largestShift * 1_000) / 1_000 };
  }
}

async function one(manager: EntityManager, sql: string, parameters: unknown[]): Promise<GateFigures> {
  const [row] = await manager.query<GateFigures[]>(sql, parameters);
  return row ?? {};
}
