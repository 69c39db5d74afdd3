import { CurrentStaff, Roles, type Staff } from '@app/access';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DismissRecordRequest } from './dismiss-record.dto';
import { ProgressService, type ProgressView } from './progress.service';

@ApiTags('progress')
@Controller('v1/progress')
export class ProgressController {
  constructor(private readonly service: ProgressService) {}

  @Get()
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'Registered, seated, attended, scored and reconciled people per cluster and agency' })
  show(): Promise<ProgressView> {
    return this.service.show();
  }

  @Post('dismissals')
  @HttpCode(204)
  @Roles('operations')
  @ApiOperation({ summary: 'Dismisses a roster record that could not be read, so that the gates go on without it' })
  dismiss(@Body() body: DismissRecordRequest, @CurrentStaff() staff: Staff): Promise<void> {
    const { reasonCode, ...record } = body;
    return this.service.dismiss(record, reasonCode, staff.account);
  }
}
