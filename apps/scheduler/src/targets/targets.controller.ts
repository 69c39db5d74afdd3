import { CurrentStaff, Roles, type Staff } from '@app/access';
import { FileBody } from '@app/bootstrap';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ImportReport } from '../versioned-records';
import type { PublishedTotalEntity } from './target.entity';
import { type TargetView, TargetsService } from './targets.service';

@ApiTags('targets')
@Controller('v1/targets')
export class TargetsController {
  constructor(private readonly service: TargetsService) {}

  @Get()
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'Targets with their versions, people assessed so far, and published totals beside them' })
  list(): Promise<TargetView[]> {
    return this.service.list();
  }

  @Get('published-totals')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'What others published as done, those over several years too' })
  publishedTotals(): Promise<PublishedTotalEntity[]> {
    return this.service.publishedTotals();
  }

  @Post()
  @HttpCode(200)
  @Roles('operations', 'rollout-officer')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, description: 'targetId,version,from,to,people,author,source[,note]' })
  @ApiOperation({ summary: 'Imports versions of targets' })
  importTargets(@FileBody() text: string, @CurrentStaff() staff: Staff): Promise<ImportReport> {
    return this.service.importTargets(text, staff.account);
  }

  @Post('published-totals')
  @HttpCode(200)
  @Roles('operations', 'rollout-officer')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, description: 'totalId,from,to,people,source[,note]' })
  @ApiOperation({ summary: 'Imports totals that somebody published, shown beside the targets' })
  importTotals(@FileBody() text: string, @CurrentStaff() staff: Staff): Promise<ImportReport> {
    return this.service.importTotals(text, staff.account);
  }
}
