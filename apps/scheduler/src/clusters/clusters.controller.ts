import { CurrentStaff, Roles, type Staff } from '@app/access';
import { FileBody } from '@app/bootstrap';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { GatesService } from '../gates/gates.service';
import {
  ClusterNumberParameter,
  ConfirmationRequest,
  GateRuleRequest,
  ProposalRequest,
  SingleStepRequest,
} from './cluster-step.dto';
import { type ClusterView, ClusterViews } from './cluster-views';
import { ClustersService } from './clusters.service';

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
  rules() {
    return this.views.coverageRules();
  }

  @Post('gates/coverage/rules')
  @Roles('rollout-officer')
  @ApiOperation({ summary: 'Records a new version of the coverage rule' })
  addRule(@Body() rule: GateRuleRequest, @CurrentStaff() staff: Staff) {
    return this.gates.addRule({ ...rule }, staff.account);
  }

  @Get(':number')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'One cluster with every step taken and the latest evaluations of its gate' })
  show(@Param() { number }: ClusterNumberParameter) {
    return this.views.show(number);
  }

  @Post()
  @HttpCode(200)
  @Roles('operations', 'rollout-officer')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, description: 'number,name,criteria,effectiveFrom,author,source' })
  @ApiOperation({ summary: 'Imports clusters; a changed row is a new version' })
  import(@FileBody() text: string, @CurrentStaff() staff: Staff) {
    return this.service.importClusters(text, staff.account);
  }

  @Post(':number/preparation')
  @HttpCode(200)
  @Roles('rollout-officer')
  @ApiOperation({ summary: 'Planned to ready, by one rollout officer' })
  prepare(@Param() { number }: ClusterNumberParameter, @Body() body: SingleStepRequest, @CurrentStaff() staff: Staff) {
    return this.command(number, { kind: 'prepare', ...body, actor: staff.account });
  }

  @Post(':number/hold')
  @HttpCode(200)
  @Roles('rollout-officer', 'operations')
  @ApiOperation({ summary: 'Holds a ramping cluster: no session starts, running ones finish' })
  hold(@Param() { number }: ClusterNumberParameter, @Body() body: SingleStepRequest, @CurrentStaff() staff: Staff) {
    return this.command(number, { kind: 'hold', ...body, actor: staff.account });
  }

  @Post(':number/proposals')
  @HttpCode(200)
  @Roles('rollout-officer')
  @ApiOperation({ summary: 'Proposes opening, resuming or closing; another person confirms within 24 hours' })
  async propose(
    @Param() { number }: ClusterNumberParameter,
    @Body() body: ProposalRequest,
    @CurrentStaff() staff: Staff,
  ) {
    await this.gates.evaluate();
    return this.command(number, { kind: 'propose', ...body, actor: staff.account });
  }

  @Post(':number/confirmations')
  @HttpCode(200)
  @Roles('rollout-officer', 'operations')
  @ApiOperation({ summary: 'Confirms what another person proposed on the same version' })
  async confirm(
    @Param() { number }: ClusterNumberParameter,
    @Body() body: ConfirmationRequest,
    @CurrentStaff() staff: Staff,
  ) {
    await this.gates.evaluate();
    return this.command(number, { kind: 'confirm', ...body, actor: staff.account });
  }

  private async command(number: number, command: Parameters<ClustersService['command']>[1]): Promise<ClusterView> {
    await this.service.command(number, command);
    return this.views.show(number);
  }
}
