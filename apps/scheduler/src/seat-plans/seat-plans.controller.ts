import { CurrentStaff, Roles, type Staff } from '@app/access';
import { BodyLimit } from '@app/bootstrap';
import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ClusterNumberParameter } from '../clusters/cluster-step.dto';
import type { PlanDifference } from '../planning/plan-difference';
import { type Adoption, SeatPlanAdoption } from './seat-plan-adoption.service';
import { PLAN_TIME_LIMIT_SECONDS_MAX } from './seat-planner';
import { ReplanRequest, SeatPlanDifferenceParameter, SeatPlanParameter, SeatPlanRequest } from './seat-plans.dto';
import type { SeatPlanSummary } from './seat-plans.repository';
import { SeatPlansService, type Verification } from './seat-plans.service';

/** A roster of 100,000 people at some 60 bytes each, and the distances beside it. */
const PLANNING_BYTES_MAX = 16_000_000;

@ApiTags('plan')
@Controller('v1/plan/clusters/:number/plans')
export class SeatPlansController {
  constructor(
    private readonly plans: SeatPlansService,
    private readonly adoption: SeatPlanAdoption,
  ) {}

  @Get()
  @Roles('operations', 'rollout-officer')
  @ApiOperation({ summary: 'Plans of seats of a cluster: report, input hash, seed, author, and which is in force' })
  list(@Param() { number }: ClusterNumberParameter): Promise<SeatPlanSummary[]> {
    return this.plans.list(number);
  }

  @Post()
  @HttpCode(201)
  @Roles('operations', 'rollout-officer')
  @BodyLimit(PLANNING_BYTES_MAX)
  @ApiOperation({ summary: 'Plans the seats of a window of the cluster; changes nothing until it is put in force' })
  create(
    @Param() { number }: ClusterNumberParameter,
    @Body() request: SeatPlanRequest,
    @CurrentStaff() { account }: Staff,
  ): Promise<SeatPlanSummary> {
    return this.plans.create(number, request, account);
  }

  @Get(':version')
  @Roles('operations', 'rollout-officer')
  @ApiOperation({ summary: 'One plan with its report' })
  show(@Param() { number, version }: SeatPlanParameter): Promise<SeatPlanSummary> {
    return this.plans.show(number, version);
  }

  @Get(':version/seats')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Roles('operations', 'rollout-officer')
  @ApiOperation({ summary: 'The plan itself as CSV: personId,sessionId,seat' })
  seats(@Param() { number, version }: SeatPlanParameter): Promise<string> {
    return this.plans.seats(number, version);
  }

  @Get(':version/difference/:other')
  @Roles('operations', 'rollout-officer')
  @ApiOperation({ summary: 'Whose seats differ between two plans' })
  difference(@Param() { number, version, other }: SeatPlanDifferenceParameter): Promise<PlanDifference> {
    return this.plans.difference(number, version, other);
  }

  @Post(':version/verification')
  @HttpCode(200)
  @Roles('operations', 'rollout-officer')
  @ApiOperation({ summary: 'Plans the stored inputs again: the same bytes must come out' })
  verify(@Param() { number, version }: SeatPlanParameter): Promise<Verification> {
    return this.plans.verify(number, version, PLAN_TIME_LIMIT_SECONDS_MAX);
  }

  @Post(':version/replanning')
  @HttpCode(201)
  @Roles('operations', 'rollout-officer')
  @ApiOperation({ summary: 'Plans the people of lost sites anew, as a new plan; others move only where they must' })
  replan(
    @Param() { number, version }: SeatPlanParameter,
    @Body() request: ReplanRequest,
    @CurrentStaff() { account }: Staff,
  ): Promise<SeatPlanSummary> {
    return this.plans.replan(number, version, request, account);
  }

  @Post(':version/in-force')
  @HttpCode(200)
  @Roles('operations', 'rollout-officer')
  @ApiOperation({ summary: 'Puts a plan in force; once the cluster has opened, by another person than made it' })
  putInForce(@Param() { number, version }: SeatPlanParameter, @CurrentStaff() { account }: Staff): Promise<Adoption> {
    return this.adoption.putInForce(number, version, account);
  }
}
