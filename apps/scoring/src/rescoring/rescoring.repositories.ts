import { Injectable } from '@nestjs/common';
import { PackagesRepository } from '../packages/packages.repository';
import { PublicationRepository } from '../publication/publication.repository';
import { ResultsRepository } from '../results/results.repository';
import { PlannedSessionsRepository } from '../scopes/planned-sessions.repository';
import { RescoringsRepository } from './rescorings.repository';

/** The SQL that a rescoring needs of several features. */
@Injectable()
export class RescoringRepositories {
  constructor(
    readonly rescorings: RescoringsRepository,
    readonly packages: PackagesRepository,
    readonly results: ResultsRepository,
    readonly publication: PublicationRepository,
    readonly sessions: PlannedSessionsRepository,
  ) {}
}
