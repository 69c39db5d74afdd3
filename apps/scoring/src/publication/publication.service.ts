import { randomUUID } from 'node:crypto';
import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Scope } from '../scopes/scope';
import { SCORING_DATA_SOURCE, SCORING_RUNTIME } from '../scoring.tokens';
import { BackgroundWorker } from '../work/background-worker';
import { PublicationRepository, type Release, type Withholding } from './publication.repository';
import { assertConfirmable, isOpen } from './two-person-decision';

const sameScope = (left: Scope, right: Scope) => left.kind === right.kind && left.id === right.id;

/** Who may see results: one person keeps them back, two let them go. */
@Injectable()
export class PublicationService {
  constructor(
    @Inject(SCORING_DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly publication: PublicationRepository,
    private readonly worker: BackgroundWorker,
    @Inject(SCORING_RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** From when this returns, no result of the scope goes out with scores. A scope that is withheld stays so. */
  async withhold(scope: Scope, reasonCode: string, actor: string): Promise<Withholding> {
    const withholding = await this.dataSource.transaction(async (manager) => {
      await this.publication.lock(manager);
      const before = (await this.publication.inForce(manager)).find((one) => sameScope(one.scope, scope));
      if (before) return before;
      const withholdingId = `w-${randomUUID()}`;
      const added = { withholdingId, scope, reasonCode, actor, at: this.now(), sweptAt: null, liftedAt: null };
      await this.publication.withhold(manager, added);
      return added;
    });
    this.worker.wake();
    return withholding;
  }

  withholdings(): Promise<Withholding[]> {
    return this.publication.withholdings(this.dataSource.manager);
  }

  releases(): Promise<Release[]> {
    return this.publication.releases(this.dataSource.manager);
  }

  /** Proposing what the same account proposed already gives that proposal. */
  propose(scope: Scope, reasonCode: string, account: string): Promise<Release> {
    return this.dataSource.transaction(async (manager) => {
      await this.publication.lock(manager);
      const open = (await this.publication.releases(manager)).find(
        (one) => one.confirmedAt === null && sameScope(one.scope, scope) && isOpen(one, this.runtime.nowMs()),
      );
      if (open?.proposedBy === account && open.reasonCode === reasonCode) return open;
      const release: Release = {
        releaseId: `l-${randomUUID()}`,
        scope,
        reasonCode,
        proposedBy: account,
        proposedAt: this.now(),
        confirmedBy: null,
        confirmedAt: null,
        publishedTo: '',
        published: 0,
        finishedAt: null,
      };
      await this.publication.propose(manager, release);
      return release;
    });
  }

  /**
   * Releases the results that the scope has now, and ends its withholding. Confirming again changes nothing.
   *
   * @throws DomainError `release.unknown`, `decision.*`
   */
  async confirm(releaseId: string, account: string): Promise<Release> {
    const confirmed = await this.dataSource.transaction(async (manager) => {
      await this.publication.lock(manager);
      const release = await this.publication.release(manager, releaseId);
      if (!release) throw new DomainError('release.unknown');
      if (release.confirmedBy === account) return release;
      if (release.confirmedBy !== null) throw new DomainError('decision.no-proposal');
      assertConfirmable(release, account, this.runtime.nowMs());
      const at = this.now();
      await this.publication.confirm(manager, releaseId, account, at);
      await this.publication.lift(manager, release.scope, at);
      return { ...release, confirmedBy: account, confirmedAt: at };
    });
    this.worker.wake();
    return confirmed;
  }

  private now(): Date {
    return new Date(this.runtime.nowMs());
  }
}
