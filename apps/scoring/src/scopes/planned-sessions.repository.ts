import type { SessionPlanned } from '@app/contracts';
import type { EntityManager } from 'typeorm';

/** All SQL on what is known of planned sessions. */
export class PlannedSessionsRepository {
  /** @param planned at most one plan per session */
  async upsert(manager: EntityManager, planned: readonly SessionPlanned[]): Promise<void> {
    if (planned.length === 0) return;
    await manager.query(
      `INSERT INTO planned_sessions AS p (session_id, version, cluster, site_id)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[])
       ON CONFLICT (session_id) DO UPDATE
         SET version = EXCLUDED.version, cluster = EXCLUDED.cluster, site_id = EXCLUDED.site_id
         WHERE EXCLUDED.version > p.version`,
      [
        planned.map(({ sessionId }) => sessionId),
        planned.map(({ version }) => version),
        planned.map(({ cluster }) => String(cluster)),
        planned.map(({ siteId }) => siteId),
      ],
    );
  }

  async clustersOf(manager: EntityManager, sessionIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await manager.query<{ session_id: string; cluster: string }[]>(
      'SELECT session_id, cluster FROM planned_sessions WHERE session_id = ANY($1)',
      [sessionIds],
    );
    return new Map(rows.map(({ session_id, cluster }) => [session_id, cluster]));
  }
}
