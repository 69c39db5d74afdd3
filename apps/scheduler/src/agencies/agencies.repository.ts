import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { latestVersions } from '../versioned-records';
import { AgencyVersionEntity, MembershipEditionEntity, MembershipEntity, SearchedSourceEntity } from './agency.entity';

/** A membership as it is read back. */
export interface MembershipRecord {
  readonly code: string;
  readonly version: number;
  readonly cluster: number | null;
  readonly effectiveFrom: string;
  readonly author: string;
  readonly source: string;
  readonly note: string;
  readonly edition: string;
  readonly scenario: boolean;
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

const MEMBERSHIP_COLUMNS = `agency_code AS code, version, cluster, effective_from::text AS "effectiveFrom", author, source,
  note, edition, scenario, recorded_by AS "recordedBy", recorded_at AS "recordedAt"`;

@Injectable()
export class AgenciesRepository {
  async agencies(manager: EntityManager): Promise<Map<string, AgencyVersionEntity>> {
    return latestVersions(await manager.find(AgencyVersionEntity), ({ code }) => code);
  }

  async agency(manager: EntityManager, code: string): Promise<AgencyVersionEntity | null> {
    return manager.findOne(AgencyVersionEntity, { where: { code }, order: { version: 'DESC' } });
  }

  async memberships(manager: EntityManager): Promise<MembershipRecord[]> {
    return manager.query(`SELECT ${MEMBERSHIP_COLUMNS} FROM memberships ORDER BY agency_code, version`);
  }

  async history(manager: EntityManager, code: string): Promise<MembershipRecord[]> {
    return manager.query(`SELECT ${MEMBERSHIP_COLUMNS} FROM memberships WHERE agency_code = $1 ORDER BY version`, [
      code,
    ]);
  }

  /** The membership of each agency that is in force on a date. */
  async membershipsOn(manager: EntityManager, on: string, withScenarios: boolean): Promise<MembershipRecord[]> {
    return manager.query(`SELECT ${MEMBERSHIP_COLUMNS} FROM memberships_on($1, $2)`, [on, withScenarios]);
  }

  async membershipOn(
    manager: EntityManager,
    code: string,
    on: string,
    withScenarios: boolean,
  ): Promise<MembershipRecord | null> {
    const rows: MembershipRecord[] = await manager.query(
      `SELECT ${MEMBERSHIP_COLUMNS} FROM memberships_on($1, $2) WHERE agency_code = $3`,
      [on, withScenarios, code],
    );
    return rows[0] ?? null;
  }

  /** What each edition says of an agency on a date, in force or not. */
  async everyEditionOn(manager: EntityManager, code: string, on: string): Promise<MembershipRecord[]> {
    return manager.query(
      `SELECT DISTINCT ON (edition) ${MEMBERSHIP_COLUMNS} FROM memberships
       WHERE agency_code = $1 AND effective_from <= $2 AND NOT scenario
       ORDER BY edition, effective_from DESC, version DESC`,
      [code, on],
    );
  }

  async editionOn(manager: EntityManager, on: string): Promise<string> {
    const [row] = await manager.query<{ edition: string }[]>('SELECT edition_on($1) AS edition', [on]);
    return row!.edition;
  }

  async hasEdition(manager: EntityManager, edition: string): Promise<boolean> {
    return manager.existsBy(MembershipEntity, { edition });
  }

  async editions(manager: EntityManager): Promise<MembershipEditionEntity[]> {
    return manager.find(MembershipEditionEntity, { order: { version: 'ASC' } });
  }

  async insertEdition(manager: EntityManager, edition: MembershipEditionEntity): Promise<void> {
    await manager.insert(MembershipEditionEntity, edition);
  }

  async sources(manager: EntityManager): Promise<SearchedSourceEntity[]> {
    const recorded = await manager.find(SearchedSourceEntity, { order: { sourceId: 'ASC' } });
    return [...latestVersions(recorded, ({ sourceId }) => sourceId).values()];
  }

  async insertAgencies(manager: EntityManager, versions: readonly AgencyVersionEntity[]): Promise<void> {
    const codes = versions.map(({ code }) => code);
    await manager.query('INSERT INTO agencies (code) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [codes]);
    await manager.insert(AgencyVersionEntity, [...versions]);
  }

  async insertMemberships(manager: EntityManager, records: readonly MembershipRecord[]): Promise<void> {
    const rows = records.map(({ code, ...columns }) => ({ agencyCode: code, ...columns }));
    await manager.insert(MembershipEntity, rows);
  }

  async insertSources(manager: EntityManager, versions: readonly SearchedSourceEntity[]): Promise<void> {
    await manager.insert(SearchedSourceEntity, [...versions]);
  }
}
