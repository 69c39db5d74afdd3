import { CurrentStaff, Roles, type Staff } from '@app/access';
import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ReasonDto } from '../scopes/scope.dto';
import { BeginRescoringDto, ReportParameters } from './rescoring.dto';
import type { Rescoring } from './rescorings.repository';
import { RescoringsService } from './rescorings.service';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

/** A rescoring without the log's ranges, and how far it is. */
type ShownRescoring = Omit<Rescoring, 'ranges' | 'recordsRead'> & {
  readonly progress: { readonly recordsRead: number; readonly records: number };
};

@ApiTags('rescoring')
@Controller('v1/results/rescorings')
export class RescoringsController {
  constructor(private readonly rescorings: RescoringsService) {}

  @Post()
  @Roles('analyst')
  @ApiOperation({ summary: 'Begins a dry run: scores what the log holds under a package and reports the differences' })
  async begin(@Body() request: BeginRescoringDto, @CurrentStaff() { account }: Staff): Promise<ShownRescoring> {
    const { packageId, version, scope, activateIllustrative = false } = request;
    const wanted = { packageId, version };
    return shown(await this.rescorings.begin({ package: wanted, scope, account, activateIllustrative }));
  }

  @Get()
  @Roles('analyst', 'operations', 'rollout-officer')
  async list(): Promise<{ rescorings: ShownRescoring[] }> {
    return { rescorings: (await this.rescorings.list()).map(shown) };
  }

  @Get(':rescoringId')
  @Roles('analyst', 'operations', 'rollout-officer')
  async get(@Param('rescoringId') rescoringId: string): Promise<ShownRescoring> {
    return shown(await this.rescorings.find(rescoringId));
  }

  @Get(':rescoringId/files/:name')
  @Roles('analyst', 'operations', 'rollout-officer')
  @ApiOperation({ summary: 'The difference report, for programs, spreadsheets or people' })
  async file(@Param() { rescoringId, name }: ReportParameters, @Res({ passthrough: true }) reply: FastifyReply) {
    const content = await this.rescorings.report(rescoringId, name);
    void reply.header('content-type', CONTENT_TYPES[name.split('.').at(-1)!]);
    return content;
  }

  @Post(':rescoringId/proposal')
  @HttpCode(200)
  @Roles('analyst')
  @ApiOperation({ summary: 'Proposes to release a finished dry run; a rollout officer confirms within 24 hours' })
  async propose(
    @Param('rescoringId') rescoringId: string,
    @Body() { reasonCode }: ReasonDto,
    @CurrentStaff() { account }: Staff,
  ): Promise<ShownRescoring> {
    return shown(await this.rescorings.propose(rescoringId, reasonCode, account));
  }

  @Post(':rescoringId/confirmation')
  @HttpCode(200)
  @Roles('rollout-officer')
  @ApiOperation({ summary: 'Releases the rescoring that another account proposed' })
  async confirm(
    @Param('rescoringId') rescoringId: string,
    @CurrentStaff() { account }: Staff,
  ): Promise<ShownRescoring> {
    return shown(await this.rescorings.confirm(rescoringId, account));
  }
}

function shown({ ranges, recordsRead, ...rescoring }: Rescoring): ShownRescoring {
  const records = ranges.reduce((sum, [, { startOffset, endOffset }]) => sum + endOffset - startOffset, 0);
  return { ...rescoring, progress: { recordsRead, records } };
}
