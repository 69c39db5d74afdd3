import { Roles } from '@app/access';
import { DomainError, type ResultScored } from '@app/contracts';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import { SCORING_DATA_SOURCE } from '../scoring.tokens';
import { FindResultsDto } from './find-results.dto';
import type { ResultStatus } from '../publication/publication.repository';
import { type HeldForm, ResultsRepository, type StoredResult } from './results.repository';

/** Only a released result may be shown to anybody outside; `superseded` ones have been replaced. */
interface ShownResult extends ResultScored {
  readonly status: ResultStatus | 'superseded';
  readonly revision: number;
}

@ApiTags('results')
@Controller('v1/results')
@Roles('analyst', 'operations')
export class ResultsController {
  constructor(
    @Inject(SCORING_DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly results: ResultsRepository,
  ) {}

  @Get()
  async find(@Query() query: FindResultsDto): Promise<{ results: ShownResult[]; next: string | null }> {
    const page = { afterAttemptId: query.after ?? '', limit: query.limit };
    const results = await this.results.currentPage(this.dataSource.manager, query, page);
    const next = results.length === query.limit ? results.at(-1)!.result.attemptId : null;
    return { results: results.map(shown), next };
  }

  /** Closings that wait for a package, by form. */
  @Get('pending')
  async pending(): Promise<{ forms: HeldForm[] }> {
    return { forms: await this.results.heldForms(this.dataSource.manager) };
  }

  /** @throws DomainError `result.unknown` */
  @Get('attempts/:attemptId')
  async attempt(@Param('attemptId') attemptId: string): Promise<{ current: ShownResult; earlier: ShownResult[] }> {
    const [current, ...earlier] = await this.results.history(this.dataSource.manager, attemptId);
    if (!current) throw new DomainError('result.unknown');
    return { current: shown(current), earlier: earlier.map(shown) };
  }
}

function shown({ result, revision, status }: StoredResult): ShownResult {
  return { status: status ?? 'superseded', revision, ...result };
}
