import { CurrentStaff, Roles, type Staff } from '@app/access';
import { FileBody } from '@app/bootstrap';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ImportReport } from '../versioned-records';
import type { MembershipEditionEntity } from './agency.entity';
import { AgenciesService, FIRST_EDITION } from './agencies.service';
import { AgencyQuery, DecisionQuery, EditionRequest, MembershipsQuery } from './agency-queries.dto';
import { type AgencyHistoryView, type AgencyView, AgencyViews } from './agency-views';

@ApiTags('agencies')
@Controller('v1/agencies')
export class AgenciesController {
  constructor(
    private readonly service: AgenciesService,
    private readonly views: AgencyViews,
  ) {}

  @Get()
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'All agencies with the cluster each is in on a date' })
  list(@Query() { on }: AgencyQuery): Promise<AgencyView[]> {
    return this.views.list(on);
  }

  @Get('editions')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'Which edition of the allocation was put in force, from when, by whose decision' })
  editions(): Promise<MembershipEditionEntity[]> {
    return this.views.editions();
  }

  @Post('editions')
  @HttpCode(200)
  @Roles('rollout-officer')
  @ApiOperation({ summary: 'Puts an imported edition of the allocation in force from a day on' })
  async putInForce(@Body() request: EditionRequest, @CurrentStaff() staff: Staff): Promise<MembershipEditionEntity[]> {
    await this.service.putInForce(request, staff.account);
    return this.views.editions();
  }

  @Get(':code')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'Which cluster an agency is in on a date, since when, by whose decision' })
  show(@Param('code') code: string, @Query() { on }: AgencyQuery): Promise<AgencyHistoryView> {
    return this.views.show(code, on);
  }

  @Post()
  @HttpCode(200)
  @Roles('operations', 'rollout-officer')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, description: 'code,name_id,abbreviation,kind,cluster,source,note' })
  @ApiOperation({ summary: 'Imports agencies and their clusters; a changed row is a new version' })
  import(
    @FileBody() text: string,
    @Query() decision: DecisionQuery,
    @CurrentStaff() staff: Staff,
  ): Promise<ImportReport> {
    return this.service.importAgencies(text, decision, staff.account);
  }

  @Post('memberships')
  @HttpCode(200)
  @Roles('operations', 'rollout-officer')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, description: 'code,cluster,effectiveFrom,author,source[,note]' })
  @ApiOperation({ summary: 'Imports later decisions, corrections, or a marked scenario' })
  importMemberships(
    @FileBody() text: string,
    @Query() { scenario, edition }: MembershipsQuery,
    @CurrentStaff() staff: Staff,
  ): Promise<ImportReport> {
    const of = { scenario: scenario === 'true', edition: edition ?? FIRST_EDITION };
    return this.service.importMemberships(text, of, staff.account);
  }

  @Post('sources')
  @HttpCode(200)
  @Roles('operations', 'rollout-officer')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, description: 'sourceId,agency,publishedOn,title,address,finding' })
  @ApiOperation({ summary: 'Imports the sources that were searched for clusters' })
  importSources(@FileBody() text: string, @CurrentStaff() staff: Staff): Promise<ImportReport> {
    return this.service.importSources(text, staff.account);
  }
}
