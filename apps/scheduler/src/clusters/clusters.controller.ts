import { CurrentStaff, Roles, type Staff } from '@app/access';
import { FileBody } from '@app/bootstrap';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AttestationRequest } from '../gates/attestation.dto';
import type { GateRuleEntity } from '../gates/gate.entity';
import { GateTable } from '../gates/gate-table.service';
import { GateWatch } from '../gates/gate-watch';
import { GatesService } from '../gates/gates.service';
import type { ImportReport } from '../versioned-records';
import { ClusterNumberParameter, ConfirmationRequest, ProposalRequest, SingleStepRequest } from './cluster-step.dto';
import { type ChosenPeopleView, type ClusterHistoryView, type ClusterView, ClusterViews } from './cluster-views';
import { ClustersService } from './clusters.service';
import type { ClusterCommand } from './domain/cluster-steps';

@ApiTags('clusters')
@Controller('v1/clusters')
export class ClustersController {
  constructor(
    private readonly service: ClustersService,
    private readonly views: ClusterViews,
    private readonly gates: GatesService,
    private readonly table: GateTable,
    private readonly watch: GateWatch,
  ) {}

  @Get()
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'All clusters: state, version, open proposals and the latest gate evaluation' })
  list(): Promise<ClusterView[]> {
    return this.views.list();
  }

  @Get('gates')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'The gate table with all its versions; of each gate the highest is in force' })
  rules(): Promise<GateRuleEntity[]> {
    return this.table.rules();
  }

  @Post('gates')
  @HttpCode(200)
  @Roles('rollout-officer')
  @ApiConsumes('text/csv')
  @ApiBody({
    schema: { type: 'string' },
    description: 'gate,moments,thresholds,failureLimit,failureWindowDays,inconclusiveLimitDays,author,source',
  })
  @ApiOperation({ summary: 'Imports rows of the gate table; a changed row is a new version' })
  importRules(@FileBody() text: string, @CurrentStaff() staff: Staff): Promise<ImportReport> {
    return this.table.importRules(text, staff.account);
  }

  @Post('ramps')
  @HttpCode(200)
  @Roles('rollout-officer')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, description: 'cluster,canaryPercent,waves,gates,seed,author,source' })
  @ApiOperation({ summary: 'Imports how clusters grow; a cluster keeps the plan that it opened under' })
  importRamps(@FileBody() text: string, @CurrentStaff() staff: Staff): Promise<ImportReport> {
    return this.service.importRampPlans(text, staff.account);
  }

  @Post('attestations')
  @HttpCode(202)
  @Roles('operations', 'rollout-officer')
  @ApiOperation({ summary: 'Records what a person vouches for at a site' })
  attest(@Body() request: AttestationRequest, @CurrentStaff() staff: Staff): Promise<{ attestationId: string }> {
    return this.table.attest(request, staff.account);
  }

  @Get(':number')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'One cluster with every step taken and the latest evaluations of its gate' })
  show(@Param() { number }: ClusterNumberParameter): Promise<ClusterHistoryView> {
    return this.views.show(number);
  }

  @Get(':number/people')
  @Roles('operations', 'rollout-officer')
  @ApiOperation({ summary: 'Who was chosen for the canary and the waves, by pseudonym; the seed once it is no secret' })
  people(@Param() { number }: ClusterNumberParameter): Promise<ChosenPeopleView> {
    return this.views.people(number);
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
  @ApiOperation({ summary: 'Holds a running cluster: no session starts, running ones finish' })
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
  @ApiOperation({ summary: 'Proposes a step; another person confirms within 24 hours' })
  async propose(
    @Param() { number }: ClusterNumberParameter,
    @Body() { step, version, reasonCode, overrides }: ProposalRequest,
    @CurrentStaff() { account }: Staff,
  ): Promise<ClusterHistoryView> {
    await this.gates.evaluate();
    return this.command(number, { kind: 'propose', step, actor: account, version, reasonCode, overrides });
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
    // Another stage asks other gates.
    this.watch.wake();
    return this.views.show(number);
  }
}
