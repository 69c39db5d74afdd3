import type { EntityManager } from 'typeorm';
import type { PackageContent, ScoringPackage } from '../scoring/domain/scoring-package';

export interface FormVersion {
  readonly formId: string;
  readonly version: number;
}

export interface PackageVersion {
  readonly packageId: string;
  readonly version: number;
}

export interface PackageSummary extends PackageVersion {
  readonly formId: string;
  readonly formVersion: number;
  readonly hash: string;
  readonly importedBy: string;
  readonly importedAt: Date;
  readonly inForce: boolean;
}

export interface NewPackage {
  readonly content: PackageContent;
  readonly hash: string;
  readonly importedBy: string;
  readonly importedAt: Date;
}

/** First half of the advisory locks that hold a form's package still. Any number that nothing else uses. */
const FORM_LOCK = 0x73636f72;

/** Packages kept in memory; a day has a handful. They never change, so none is ever out of date. */
const CACHED_PACKAGES_MAX = 50;

/** All SQL on scoring packages. */
export class PackagesRepository {
  private readonly cache = new Map<string, ScoringPackage>();

  /** Until the transaction ends nobody puts another package in force for these forms. */
  async holdForms(manager: EntityManager, forms: readonly FormVersion[]): Promise<void> {
    await manager.query(
      `SELECT pg_advisory_xact_lock_shared($1, form)
         FROM (SELECT DISTINCT hashtext(name) AS form FROM unnest($2::text[]) AS t(name) ORDER BY 1) AS forms`,
      [FORM_LOCK, forms.map(lockName)],
    );
  }

  /** Until the transaction ends nobody scores closings of this form. */
  async lockForm(manager: EntityManager, form: FormVersion): Promise<void> {
    await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [FORM_LOCK, lockName(form)]);
  }

  /** @returns the hash that is stored under this version, whether by this call or an earlier one */
  async insert(manager: EntityManager, { content, hash, importedBy, importedAt }: NewPackage): Promise<string> {
    const { packageId, version, form } = content;
    await manager.query(
      `INSERT INTO scoring_packages (package_id, version, form_id, form_version, hash, content, imported_by, imported_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [packageId, version, form.formId, form.version, hash, JSON.stringify(content), importedBy, importedAt],
    );
    const [row] = await manager.query<[{ hash: string }]>(
      'SELECT hash FROM scoring_packages WHERE package_id = $1 AND version = $2',
      [packageId, version],
    );
    return row.hash;
  }

  /** Puts a package in force for its form, unless a result of the form rests on the one that is. */
  async putInForce(manager: EntityManager, content: PackageContent, since: Date): Promise<void> {
    await manager.query(
      `INSERT INTO packages_in_force AS f (form_id, form_version, package_id, package_version, since)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (form_id, form_version) DO UPDATE
         SET package_id = EXCLUDED.package_id, package_version = EXCLUDED.package_version, since = EXCLUDED.since
         WHERE (f.package_id, f.package_version) <> (EXCLUDED.package_id, EXCLUDED.package_version)
           AND NOT EXISTS (SELECT FROM results r
                            WHERE r.form_id = EXCLUDED.form_id AND r.form_version = EXCLUDED.form_version)`,
      [content.form.formId, content.form.version, content.packageId, content.version, since],
    );
  }

  /** Puts another package in force for a form that has results: only the release of a rescoring may do that. */
  async replaceInForce(manager: EntityManager, content: PackageContent, since: Date): Promise<void> {
    await manager.query(
      `INSERT INTO packages_in_force (form_id, form_version, package_id, package_version, since)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (form_id, form_version) DO UPDATE
         SET package_id = EXCLUDED.package_id, package_version = EXCLUDED.package_version, since = EXCLUDED.since`,
      [content.form.formId, content.form.version, content.packageId, content.version, since],
    );
  }

  inForce(manager: EntityManager, forms: readonly FormVersion[]): Promise<(PackageVersion & { form: FormVersion })[]> {
    return manager.query(
      `SELECT package_id AS "packageId", package_version AS version,
              json_build_object('formId', form_id, 'version', form_version) AS form
         FROM packages_in_force
         JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::integer[]) AS t(form_id, form_version)) AS wanted
        USING (form_id, form_version)`,
      [forms.map(({ formId }) => formId), forms.map(({ version }) => version)],
    );
  }

  async find(manager: EntityManager, { packageId, version }: PackageVersion): Promise<ScoringPackage | null> {
    const rows = await manager.query<{ content: PackageContent; hash: string }[]>(
      'SELECT content, hash FROM scoring_packages WHERE package_id = $1 AND version = $2',
      [packageId, version],
    );
    return rows[0] ? { ...rows[0].content, hash: rows[0].hash } : null;
  }

  /** A package that is known to be stored. The same one is the same object, so that its tables are made once. */
  async load(manager: EntityManager, version: PackageVersion): Promise<ScoringPackage> {
    const name = `${version.packageId}/${version.version}`;
    const cached = this.cache.get(name);
    if (cached) return cached;
    const found = await this.find(manager, version);
    if (!found) throw new Error(`package ${name} is used but not stored`);
    if (this.cache.size >= CACHED_PACKAGES_MAX) this.cache.clear();
    this.cache.set(name, found);
    return found;
  }

  list(manager: EntityManager): Promise<PackageSummary[]> {
    return manager.query(
      `SELECT p.package_id AS "packageId", p.version, p.form_id AS "formId", p.form_version AS "formVersion", p.hash,
              p.imported_by AS "importedBy", p.imported_at AS "importedAt", f.form_id IS NOT NULL AS "inForce"
         FROM scoring_packages p
         LEFT JOIN packages_in_force f
           ON (f.package_id, f.package_version, f.form_id, f.form_version)
            = (p.package_id, p.version, p.form_id, p.form_version)
        ORDER BY p.package_id, p.version`,
    );
  }
}

function lockName({ formId, version }: FormVersion): string {
  return `${formId}/${version}`;
}
