import { CurrentStaff, Roles, type Staff } from '@app/access';
import { BodyLimit, FileBody } from '@app/bootstrap';
import { DomainError } from '@app/contracts';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import { SCHEDULER_DATA_SOURCE } from '../scheduler.tokens';
import type { ImportReport } from '../versioned-records';
import { CancelSessionRequest, SessionsQuery } from './cancel-session.dto';
import type { SeatedPerson } from './domain/seating';
import { PlanRepository, type SessionStanding } from './plan.repository';
import { PlanService } from './plan.service';

/** 100,000 seats at some 80 bytes a row, twice over. */
const PLAN_FILE_BYTES_MAX = 16_000_000;

@ApiTags('plan')
@Controller('v1/plan')
export class PlanController {
  constructor(
    private readonly service: PlanService,
    private readonly plan: PlanRepository,
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
  ) {}

  @Get('sessions')
  @Roles('operations', 'rollout-officer')
  @ApiOperation({ summary: 'Planned sessions with seats given, and whether they were opened and sealed' })
  sessions(@Query() { cluster }: SessionsQuery): Promise<SessionStanding[]> {
    return this.plan.sessions(this.dataSource.manager, cluster ?? null);
  }

  @Get('sessions/:sessionId/seats')
  @Roles('operations', 'rollout-officer')
  @ApiOperation({ summary: 'Who sits where in a session, by pseudonym' })
  async seats(@Param('sessionId') sessionId: string): Promise<SeatedPerson[]> {
    const { manager } = this.dataSource;
    if (!(await this.plan.session(manager, sessionId))) throw new DomainError('session.unknown');
    return this.plan.seatsOf(manager, sessionId);
  }

  @Post('sessions')
  @HttpCode(200)
  @Roles('operations')
  @BodyLimit(PLAN_FILE_BYTES_MAX)
  @ApiConsumes('text/csv')
  @ApiBody({
    schema: { type: 'string' },
    description:
      'sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes|durationSeconds,seats,formId,formVersion' +
      '[,pinClosesMinutesBefore][,lastStartMinutesAfter]',
  })
  @ApiOperation({ summary: 'Imports sessions in local time; a changed row plans the session anew' })
  importSessions(@FileBody() text: string, @CurrentStaff() staff: Staff): Promise<ImportReport> {
    return this.service.importSessions(text, staff.account);
  }

  @Post('seats')
  @HttpCode(200)
  @Roles('operations')
  @BodyLimit(PLAN_FILE_BYTES_MAX)
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, description: 'sessionId,seat,analyticsId[,extraMinutes]' })
  @ApiOperation({ summary: 'Imports seats: one person per seat, one seat per person and sitting' })
  importSeats(@FileBody() text: string, @CurrentStaff() staff: Staff): Promise<ImportReport> {
    return this.service.importSeats(text, staff.account);
  }

  @Post('sessions/:sessionId/cancellation')
  @HttpCode(204)
  @Roles('operations')
  @ApiOperation({ summary: 'Cancels a session that has not been opened and frees its seats' })
  cancel(
    @Param('sessionId') sessionId: string,
    @Body() { reasonCode }: CancelSessionRequest,
    @CurrentStaff() staff: Staff,
  ): Promise<void> {
    return this.service.cancel(sessionId, reasonCode, staff.account);
  }
}
