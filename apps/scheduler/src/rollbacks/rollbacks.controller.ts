import { CurrentStaff, Roles, type Staff } from '@app/access';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ClusterNumberParameter } from '../clusters/cluster-step.dto';
import { ResitsQuery, RollbackRequest } from './rollbacks.dto';
import type { HarmedAttempt } from './rollbacks.repository';
import { type Rollback, RollbacksService } from './rollbacks.service';

@ApiTags('clusters')
@Controller('v1/clusters/:number')
export class RollbacksController {
  constructor(private readonly service: RollbacksService) {}

  @Post('rollbacks')
  @HttpCode(200)
  @Roles('rollout-officer', 'operations')
  @ApiOperation({
    summary: 'Holds the cluster, takes sessions to come back to the last good form, names what to withhold',
  })
  rollBack(
    @Param() { number }: ClusterNumberParameter,
    @Body() request: RollbackRequest,
    @CurrentStaff() { account }: Staff,
  ): Promise<Rollback> {
    return this.service.rollBack(number, request, account);
  }

  @Get('resits')
  @Roles('rollout-officer', 'operations')
  @ApiOperation({ summary: 'Who should sit again: whose attempt was delivered the bad version, by its own evidence' })
  resits(
    @Param() { number }: ClusterNumberParameter,
    @Query() { formId, formVersion }: ResitsQuery,
  ): Promise<HarmedAttempt[]> {
    return this.service.resits({ cluster: number, formId, formVersion });
  }
}
