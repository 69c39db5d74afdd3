import { CurrentStaff, Roles, type Staff } from '@app/access';
import { FileBody } from '@app/bootstrap';
import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ImportReport } from '../versioned-records';
import { EligibilityService, type EligibilityView, type PersonEligibilityView } from './eligibility.service';

@ApiTags('eligibility')
@Controller('v1/progress/eligibility')
export class EligibilityController {
  constructor(private readonly service: EligibilityService) {}

  @Get()
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'How many are eligible, unknown or excluded, and how many each rule admits' })
  show(): Promise<EligibilityView> {
    return this.service.show();
  }

  @Get(':analyticsId')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'Why one person is eligible, unknown or excluded' })
  explain(@Param('analyticsId') analyticsId: string): Promise<PersonEligibilityView> {
    return this.service.explain(analyticsId);
  }

  @Post('rules')
  @HttpCode(200)
  @Roles('rollout-officer')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, description: 'rule,code,allowed,binding,author,source' })
  @ApiOperation({ summary: 'Imports rules; a changed row is a new version' })
  importRules(@FileBody() text: string, @CurrentStaff() staff: Staff): Promise<ImportReport> {
    return this.service.importRules(text, staff.account);
  }

  @Post('decisions')
  @HttpCode(200)
  @Roles('rollout-officer')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, description: 'analyticsId,eligible,reasonCode,author,source' })
  @ApiOperation({ summary: 'Imports decisions about single people; only a decision excludes anybody' })
  importDecisions(@FileBody() text: string, @CurrentStaff() staff: Staff): Promise<ImportReport> {
    return this.service.importDecisions(text, staff.account);
  }
}
