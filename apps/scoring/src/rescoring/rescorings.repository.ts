import type { PartitionRange } from '@app/messaging';
import type { EntityManager } from 'typeorm';
import type { PackageVersion } from '../packages/packages.repository';
import type { Scope } from '../scopes/scope';
import type { DryRunPart } from './dry-run';

/** A dry run `running` becomes `ready`; confirmed it is `releasing` until every attempt is told of, then `released`. */
export type RescoringState = 'running' | 'ready' | 'releasing' | 'released';

export interface Rescoring {
  readonly rescoringId: string;
  readonly package: PackageVersion;
  readonly scope: Scope;
  readonly state: RescoringState;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly inForce: PackageVersion | null;
  readonly ranges: [number, PartitionRange][];
  readonly recordsRead: number;
  readonly digest: string | null;
  readonly reasonCode: string | null;
  readonly proposedBy: string | null;
  readonly proposedAt: Date | null;
  readonly confirmedBy: string | null;
  readonly confirmedAt: Date | null;
  readonly published: number;
  readonly finishedAt: Date | null;
}

export type NewRescoring = Pick<
  Rescoring,
  'rescoringId' | 'package' | 'scope' | 'createdBy' | 'createdAt' | 'inForce' | 'ranges'
>;

/** A part whose results are being told of. */
export interface OpenPart {
  readonly part: DryRunPart;
  readonly nextOffset: number;
}

const RESCORING = `rescoring_id AS "rescoringId",
  json_build_object('packageId', package_id, 'version', package_version) AS package,
  json_build_object('kind', scope_kind, 'id', scope_id) AS scope, state, created_by AS "createdBy",
  created_at AS "createdAt",
  CASE WHEN in_force_id IS NOT NULL
       THEN json_build_object('packageId', in_force_id, 'version', in_force_version) END AS "inForce",
  ranges, records_read AS "recordsRead", digest, reason_code AS "reasonCode", proposed_by AS "proposedBy",
  proposed_at AS "proposedAt", confirmed_by AS "confirmedBy", confirmed_at AS "confirmedAt", published,
  finished_at AS "finishedAt"`;

/** All SQL on rescorings. */
export class RescoringsRepository {
  async insert(manager: EntityManager, rescoring: NewRescoring): Promise<void> {
    const { rescoringId, package: wanted, scope, createdBy, createdAt, inForce, ranges } = rescoring;
    await manager.query(
      `INSERT INTO rescorings (rescoring_id, package_id, package_version, scope_kind, scope_id, state, created_by,
                               created_at, in_force_id, in_force_version, ranges)
       VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, $8, $9, $10)`,
      [
        rescoringId,
        wanted.packageId,
        wanted.version,
        scope.kind,
        scope.id,
        createdBy,
        createdAt,
        inForce?.packageId ?? null,
        inForce?.version ?? null,
        JSON.stringify(ranges),
      ],
    );
  }

  list(manager: EntityManager): Promise<Rescoring[]> {
    return manager.query(`SELECT ${RESCORING} FROM rescorings ORDER BY created_at DESC, rescoring_id`);
  }

  async find(manager: EntityManager, rescoringId: string): Promise<Rescoring | null> {
    const rows = await manager.query<Rescoring[]>(`SELECT ${RESCORING} FROM rescorings WHERE rescoring_id = $1`, [
      rescoringId,
    ]);
    return rows[0] ?? null;
  }

  async lock(manager: EntityManager, rescoringId: string): Promise<Rescoring | null> {
    const rows = await manager.query<Rescoring[]>(
      `SELECT ${RESCORING} FROM rescorings WHERE rescoring_id = $1 FOR UPDATE`,
      [rescoringId],
    );
    return rows[0] ?? null;
  }

  /** Takes a dry run that nobody runs, or whose process has fallen silent. */
  async claimRun(manager: EntityManager, now: Date, leaseUntil: Date): Promise<Rescoring | null> {
    const [rows] = await manager.query<[Rescoring[], number]>(
      `UPDATE rescorings SET lease_until = $2 WHERE rescoring_id = (
         SELECT rescoring_id FROM rescorings
          WHERE state = 'running' AND (lease_until IS NULL OR lease_until <= $1)
          ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING ${RESCORING}`,
      [now, leaseUntil],
    );
    return rows[0] ?? null;
  }

  async renewLease(manager: EntityManager, rescoringId: string, leaseUntil: Date | null): Promise<void> {
    await manager.query('UPDATE rescorings SET lease_until = $2 WHERE rescoring_id = $1', [rescoringId, leaseUntil]);
  }

  async noteRead(manager: EntityManager, rescoringId: string, recordsRead: number): Promise<void> {
    await manager.query('UPDATE rescorings SET records_read = $2 WHERE rescoring_id = $1', [rescoringId, recordsRead]);
  }

  async finishedParts(manager: EntityManager, rescoringId: string): Promise<number[]> {
    const rows = await manager.query<{ partition: number }[]>(
      'SELECT partition FROM rescoring_parts WHERE rescoring_id = $1 ORDER BY partition',
      [rescoringId],
    );
    return rows.map(({ partition }) => partition);
  }

  async parts(manager: EntityManager, rescoringId: string): Promise<DryRunPart[]> {
    const rows = await manager.query<{ part: DryRunPart }[]>(
      'SELECT part FROM rescoring_parts WHERE rescoring_id = $1 ORDER BY partition',
      [rescoringId],
    );
    return rows.map(({ part }) => part);
  }

  async savePart(manager: EntityManager, rescoringId: string, part: DryRunPart): Promise<void> {
    await manager.query(
      `INSERT INTO rescoring_parts (rescoring_id, partition, part, next_offset, end_offset)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [rescoringId, part.partition, JSON.stringify(part), part.endOffset - part.records, part.endOffset],
    );
  }

  async saveReport(
    manager: EntityManager,
    rescoringId: string,
    digest: string,
    files: ReadonlyMap<string, string>,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO rescoring_files (rescoring_id, name, content)
       SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
      [rescoringId, [...files.keys()], [...files.values()]],
    );
    await manager.query(
      `UPDATE rescorings SET state = 'ready', digest = $2, lease_until = NULL
        WHERE rescoring_id = $1 AND state = 'running'`,
      [rescoringId, digest],
    );
  }

  async file(manager: EntityManager, rescoringId: string, name: string): Promise<string | null> {
    const rows = await manager.query<{ content: string }[]>(
      'SELECT content FROM rescoring_files WHERE rescoring_id = $1 AND name = $2',
      [rescoringId, name],
    );
    return rows[0]?.content ?? null;
  }

  async propose(manager: EntityManager, rescoring: Rescoring): Promise<void> {
    const { rescoringId, reasonCode, proposedBy, proposedAt } = rescoring;
    await manager.query(
      'UPDATE rescorings SET reason_code = $2, proposed_by = $3, proposed_at = $4 WHERE rescoring_id = $1',
      [rescoringId, reasonCode, proposedBy, proposedAt],
    );
  }

  async confirm(manager: EntityManager, rescoringId: string, account: string, at: Date): Promise<void> {
    await manager.query(
      `UPDATE rescorings SET state = 'releasing', confirmed_by = $2, confirmed_at = $3 WHERE rescoring_id = $1`,
      [rescoringId, account, at],
    );
  }

  async nextToPublish(manager: EntityManager): Promise<Rescoring | null> {
    const rows = await manager.query<Rescoring[]>(
      `SELECT ${RESCORING} FROM rescorings WHERE state = 'releasing'
        ORDER BY confirmed_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    return rows[0] ?? null;
  }

  async openPart(manager: EntityManager, rescoringId: string): Promise<OpenPart | null> {
    const rows = await manager.query<{ part: DryRunPart; next_offset: string }[]>(
      `SELECT part, next_offset FROM rescoring_parts WHERE rescoring_id = $1 AND next_offset < end_offset
        ORDER BY partition LIMIT 1`,
      [rescoringId],
    );
    return rows[0] ? { part: rows[0].part, nextOffset: Number(rows[0].next_offset) } : null;
  }

  async advance(
    manager: EntityManager,
    rescoringId: string,
    partition: number,
    nextOffset: number,
    published: number,
  ): Promise<void> {
    await manager.query('UPDATE rescoring_parts SET next_offset = $3 WHERE rescoring_id = $1 AND partition = $2', [
      rescoringId,
      partition,
      nextOffset,
    ]);
    await manager.query('UPDATE rescorings SET published = published + $2 WHERE rescoring_id = $1', [
      rescoringId,
      published,
    ]);
  }

  async finish(manager: EntityManager, rescoringId: string, at: Date): Promise<void> {
    await manager.query(`UPDATE rescorings SET state = 'released', finished_at = $2 WHERE rescoring_id = $1`, [
      rescoringId,
      at,
    ]);
  }
}
