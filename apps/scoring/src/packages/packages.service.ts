import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { ScoringPackage } from '../scoring/domain/scoring-package';
import { PendingScorer } from '../scoring/pending-scorer';
import { SCORING_DATA_SOURCE, SCORING_RUNTIME } from '../scoring.tokens';
import { type PackageSummary, PackagesRepository, type PackageVersion } from './packages.repository';

export interface ImportedPackage extends PackageVersion {
  readonly hash: string;
  readonly illustrative: boolean;
  /** Whether closings of its form are scored by it from now on. */
  readonly inForce: boolean;
}

export interface ImportOptions {
  /** Account of who imports. */
  readonly actor: string;
  /** Made-up data may score, because somebody says so. */
  readonly activateIllustrative: boolean;
}

/** Scoring packages come in here, and never change afterwards. */
@Injectable()
export class PackagesService {
  constructor(
    @Inject(SCORING_DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly packages: PackagesRepository,
    private readonly pending: PendingScorer,
    @Inject(SCORING_RUNTIME) private readonly runtime: Runtime,
  ) {}

  /**
   * Stores a package version; the same content again changes nothing. Until the first result of its form the package
   * imported last is in force, unless it is illustrative and nobody asked for that. From then on an import changes
   * nothing that is scored: a whole form is judged by one package, and only a rescoring can change to another.
   *
   * @throws DomainError `package.version-exists`
   */
  async import(imported: ScoringPackage, options: ImportOptions): Promise<ImportedPackage> {
    const inForce = await this.dataSource.transaction((manager) => this.store(manager, imported, options));
    this.pending.wake();
    const { packageId, version, hash, illustrative = false } = imported;
    return { packageId, version, hash, illustrative, inForce };
  }

  list(): Promise<PackageSummary[]> {
    return this.packages.list(this.dataSource.manager);
  }

  /** @throws DomainError `package.unknown` */
  async get(version: PackageVersion): Promise<ScoringPackage> {
    const found = await this.packages.find(this.dataSource.manager, version);
    if (!found) throw new DomainError('package.unknown');
    return found;
  }

  private async store(
    manager: EntityManager,
    { hash, ...content }: ScoringPackage,
    { actor, activateIllustrative }: ImportOptions,
  ): Promise<boolean> {
    const at = new Date(this.runtime.nowMs());
    await this.packages.lockForm(manager, content.form);
    const stored = await this.packages.insert(manager, { content, hash, importedBy: actor, importedAt: at });
    if (stored !== hash) throw new DomainError('package.version-exists');
    if (!content.illustrative || activateIllustrative) await this.packages.putInForce(manager, content, at);
    const [inForce] = await this.packages.inForce(manager, [content.form]);
    return inForce?.packageId === content.packageId && inForce.version === content.version;
  }
}
