import { createHash } from 'node:crypto';
import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import {
  canonicalText,
  contradictionsOf,
  type PackageContent,
  type ScoringPackage,
} from '../scoring/domain/scoring-package';
import { PendingScorer } from '../scoring/pending-scorer';
import { SCORING_DATA_SOURCE, SCORING_RUNTIME } from '../scoring.tokens';
import { type PackageSummary, PackagesRepository, type PackageVersion } from './packages.repository';

export interface ImportedPackage extends PackageVersion {
  readonly hash: string;
  /** Whether closings of its form are scored by it from now on. */
  readonly inForce: boolean;
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
   * imported last is in force. From then on an import changes nothing that is scored: a whole form is judged by one
   * package, and only a rescoring can change to another.
   *
   * @throws DomainError `package.invalid`, `package.version-exists`
   */
  async import(content: PackageContent, actor: string): Promise<ImportedPackage> {
    const problems = contradictionsOf(content);
    if (problems.length > 0) throw new DomainError('package.invalid', undefined, { problems });
    const hash = createHash('sha256').update(canonicalText(content)).digest('hex');
    const inForce = await this.dataSource.transaction((manager) => this.store(manager, content, hash, actor));
    this.pending.wake();
    return { packageId: content.packageId, version: content.version, hash, inForce };
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

  private async store(manager: EntityManager, content: PackageContent, hash: string, actor: string): Promise<boolean> {
    const at = new Date(this.runtime.nowMs());
    await this.packages.lockForm(manager, content.form);
    const stored = await this.packages.insert(manager, { content, hash, importedBy: actor, importedAt: at });
    if (stored !== hash) throw new DomainError('package.version-exists');
    await this.packages.putInForce(manager, content, at);
    const [inForce] = await this.packages.inForce(manager, [content.form]);
    return inForce?.packageId === content.packageId && inForce.version === content.version;
  }
}
