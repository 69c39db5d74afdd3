import { CurrentStaff, Roles, type Staff } from '@app/access';
import { FileBody } from '@app/bootstrap';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { GateRuleEntity } from '../gates/gate.entity';
import { GatesService } from '../gates/gates.service';
import type { ImportReport } from '../versioned-records';
import {
  ClusterNumberParameter,
  ConfirmationRequest,
  GateRuleRequest,
  ProposalRequest,
  SingleStepRequest,
} from './cluster-step.dto';
import { type ClusterHistoryView, type ClusterView, ClusterViews } from './cluster-views';
import { ClustersService } from './clusters.service';
import type { ClusterCommand } from './domain/cluster-steps';

@ApiTags('clusters')
@Controller('v1/clusters')
export class ClustersController {
  constructor(
    private readonly service: ClustersService,
    private readonly views: ClusterViews,
    private readonly gates: GatesService,
  ) {}

  @Get()
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'All clusters: state, version, open proposals and the latest gate evaluation' })
  list(): Promise<ClusterView[]> {
    return this.views.list();
  }

  @Get('gates/coverage/rules')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'The versions of the coverage rule; the highest is in force' })
  rules(): Promise<GateRuleEntity[]> {
    return this.views.coverageRules();
  }

  @Post('gates/coverage/rules')
  @Roles('rollout-officer')
  @ApiOperation({ summary: 'Records a new version of the coverage rule' })
  addRule(@Body() rule: GateRuleRequest, @CurrentStaff() staff: Staff): Promise<GateRuleEntity> {
    return this.gates.addRule(rule, staff.account);
  }

  @Get(':number')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'One cluster with every step taken and the latest evaluations of its gate' })
  show(@Param() { number }: ClusterNumberParameter): Promise<ClusterHistoryView> {
    return this.views.show(number);
  }

  @Post()
  @HttpCode(200)
  @Roles('operations', 'rollout-officer')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, description: 'number,name,criteria,effectiveFrom,author,source' })
  @ApiOperation({ summary: 'Imports clusters; a changed row is a new version' })
  import(@FileBody() text: string, @CurrentStaff() staff: Staff): Promise<ImportReport> {
    return this.service.importClusters(text, staff.account);
  }

  @Post(':number/preparation')
  @HttpCode(200)
  @Roles('rollout-officer')
  @ApiOperation({ summary: 'Planned to ready, by one rollout officer' })
  prepare(
    @Param() { number }: ClusterNumberParameter,
    @Body() { version, reasonCode }: SingleStepRequest,
    @CurrentStaff() { account }: Staff,
  ): Promise<ClusterHistoryView> {
    return this.command(number, { kind: 'prepare', actor: account, version, reasonCode });
  }

  @Post(':number/hold')
  @HttpCode(200)
  @Roles('rollout-officer', 'operations')
  @ApiOperation({ summary: 'Holds a ramping cluster: no session starts, running ones finish' })
  hold(
    @Param() { number }: ClusterNumberParameter,
    @Body() { version, reasonCode }: SingleStepRequest,
    @CurrentStaff() { account }: Staff,
  ): Promise<ClusterHistoryView> {
    return this.command(number, { kind: 'hold', actor: account, version, reasonCode });
  }

  @Post(':number/proposals')
  @HttpCode(200)
  @Roles('rollout-officer')
  @ApiOperation({ summary: 'Proposes opening, resuming or closing; another person confirms within 24 hours' })
  async propose(
    @Param() { number }: ClusterNumberParameter,
    @Body() { step, version, reasonCode }: ProposalRequest,
    @CurrentStaff() { account }: Staff,
  ): Promise<ClusterHistoryView> {
    await this.gates.evaluate();
    return this.command(number, { kind: 'propose', step, actor: account, version, reasonCode });
  }

  @Post(':number/confirmations')
  @HttpCode(200)
  @Roles('rollout-officer', 'operations')
  @ApiOperation({ summary: 'Confirms what another person proposed on the same version' })
  async confirm(
    @Param() { number }: ClusterNumberParameter,
    @Body() { step, version }: ConfirmationRequest,
    @CurrentStaff() { account }: Staff,
  ): Promise<ClusterHistoryView> {
    await this.gates.evaluate();
    return this.command(number, { kind: 'confirm', step, actor: account, version });
  }

  private async command(number: number, command: ClusterCommand): Promise<ClusterHistoryView> {
    await this.service.command(number, command);
    return this.views.show(number);
  }
}
