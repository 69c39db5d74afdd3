import { CurrentStaff, Roles, type Staff } from '@app/access';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ScopedReasonDto } from '../scopes/scope.dto';
import type { Release, Withholding } from './publication.repository';
import { PublicationService } from './publication.service';

@ApiTags('withholding and release')
@Controller('v1/results')
export class PublicationController {
  constructor(private readonly publication: PublicationService) {}

  @Post('withholdings')
  @HttpCode(200)
  @Roles('analyst', 'operations', 'rollout-officer')
  @ApiOperation({ summary: 'Keeps the results of a scope back, at once; one person suffices' })
  withhold(@Body() { scope, reasonCode }: ScopedReasonDto, @CurrentStaff() { account }: Staff): Promise<Withholding> {
    return this.publication.withhold(scope, reasonCode, account);
  }

  @Get('withholdings')
  @Roles('analyst', 'operations', 'rollout-officer')
  async withholdings(): Promise<{ withholdings: Withholding[] }> {
    return { withholdings: await this.publication.withholdings() };
  }

  @Post('releases')
  @HttpCode(200)
  @Roles('analyst')
  @ApiOperation({ summary: 'Proposes to show the results of a scope; a rollout officer confirms within 24 hours' })
  propose(@Body() { scope, reasonCode }: ScopedReasonDto, @CurrentStaff() { account }: Staff): Promise<Release> {
    return this.publication.propose(scope, reasonCode, account);
  }

  @Post('releases/:releaseId/confirmation')
  @HttpCode(200)
  @Roles('rollout-officer')
  @ApiOperation({ summary: 'Confirms what another account proposed; the results of the scope go out' })
  confirm(@Param('releaseId') releaseId: string, @CurrentStaff() { account }: Staff): Promise<Release> {
    return this.publication.confirm(releaseId, account);
  }

  @Get('releases')
  @Roles('analyst', 'operations', 'rollout-officer')
  async releases(): Promise<{ releases: Release[] }> {
    return { releases: await this.publication.releases() };
  }
}
