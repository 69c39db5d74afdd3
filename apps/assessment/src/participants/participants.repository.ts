import type { EntityManager } from 'typeorm';

/** The codes that leave this service with a person's pseudonym. */
export interface RosterCodes {
  readonly agency: string;
  readonly jobLevel: string | null;
  readonly performance: string | null;
  readonly dutyRegion: string | null;
  readonly education: string | null;
  readonly retirementYear: number | null;
}

export interface StoredParticipant extends RosterCodes {
  readonly analyticsId: string;
  readonly participantNumber: string;
  readonly nameSealed: string;
  readonly version: number;
  readonly withdrawnAt: Date | null;
}

export interface SealedParticipant extends RosterCodes {
  readonly analyticsId: string;
  readonly participantNumber: string;
  readonly nameSealed: string;
  readonly nipSealed: string;
  readonly nipIndex: string;
  readonly version: number;
}

const COLUMNS = `analytics_id AS "analyticsId", participant_number AS "participantNumber", name_sealed AS "nameSealed", agency, job_level AS "jobLevel",
  performance, duty_region AS "dutyRegion", education, retirement_year AS "retirementYear", version,
  withdrawn_at AS "withdrawnAt"`;

export class ParticipantsRepository {
  /** Those who share a pseudonym or a participant number with the rows of a file, locked. */
  related(
    manager: EntityManager,
    analyticsIds: readonly string[],
    numbers: readonly string[],
  ): Promise<StoredParticipant[]> {
    return manager.query(
      `SELECT ${COLUMNS} FROM participants WHERE analytics_id = ANY($1) OR participant_number = ANY($2)
        ORDER BY analytics_id FOR UPDATE`,
      [analyticsIds, numbers],
    );
  }

  async upsert(manager: EntityManager, people: readonly SealedParticipant[]): Promise<void> {
    await manager.query(
      `INSERT INTO participants (analytics_id, participant_number, name_sealed, nip_sealed, nip_index, agency, job_level,
                                 performance, duty_region, education, retirement_year, version)
       SELECT "analyticsId", "participantNumber", "nameSealed", "nipSealed", "nipIndex", agency, "jobLevel", performance,
              "dutyRegion", education, "retirementYear", version
         FROM json_to_recordset($1) AS t("analyticsId" text, "participantNumber" text, "nameSealed" text, "nipSealed" text,
           "nipIndex" text, agency text, "jobLevel" text, performance text, "dutyRegion" text, education text,
           "retirementYear" integer, version integer)
       ON CONFLICT (analytics_id) DO UPDATE SET name_sealed = EXCLUDED.name_sealed, agency = EXCLUDED.agency,
         job_level = EXCLUDED.job_level, performance = EXCLUDED.performance, duty_region = EXCLUDED.duty_region,
         education = EXCLUDED.education, retirement_year = EXCLUDED.retirement_year, version = EXCLUDED.version,
         withdrawn_at = NULL`,
      [JSON.stringify(people)],
    );
  }

  /** @returns the version after the withdrawal; null where nobody, or nobody registered, has the number */
  async withdraw(
    manager: EntityManager,
    participantNumber: string,
    at: string,
  ): Promise<{ analyticsId: string; version: number } | null> {
    const [rows] = await manager.query<[{ analyticsId: string; version: number }[], number]>(
      `UPDATE participants SET withdrawn_at = $2, version = version + 1
        WHERE participant_number = $1 AND withdrawn_at IS NULL RETURNING analytics_id AS "analyticsId", version`,
      [participantNumber, at],
    );
    return rows[0] ?? null;
  }

  pseudonyms(manager: EntityManager): Promise<{ participantNumber: string; analyticsId: string }[]> {
    return manager.query(
      `SELECT participant_number AS "participantNumber", analytics_id AS "analyticsId"
         FROM participants WHERE withdrawn_at IS NULL ORDER BY participant_number`,
    );
  }
}
