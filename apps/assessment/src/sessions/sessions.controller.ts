import { CurrentStaff, Roles, type Staff } from '@app/access';
import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PinsService } from '../logins/pins.service';
import { SessionsService } from './sessions.service';

@ApiTags('sessions')
@Controller('v1/sessions/:sessionId')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly pins: PinsService,
  ) {}

  @Get()
  @Roles('supervisor', 'participant-support', 'operations')
  read(@Param('sessionId') sessionId: string) {
    return this.sessions.get(sessionId);
  }

  @Get('attempts')
  @Roles('supervisor', 'operations')
  attempts(@Param('sessionId') sessionId: string) {
    return this.sessions.attempts(sessionId);
  }

  @Post('pins')
  @HttpCode(200)
  @Roles('supervisor', 'participant-support')
  issuePins(@Param('sessionId') sessionId: string, @CurrentStaff() staff: Staff) {
    return this.pins.issueForSession(sessionId, staff.account);
  }

  @Post('seats/:seat/pin')
  @HttpCode(200)
  @Roles('supervisor')
  reissuePin(@Param('sessionId') sessionId: string, @Param('seat') seat: string, @CurrentStaff() staff: Staff) {
    return this.pins.reissue(sessionId, seat, staff.account);
  }

  @Post('open')
  @HttpCode(200)
  @Roles('supervisor')
  open(@Param('sessionId') sessionId: string, @CurrentStaff() staff: Staff) {
    return this.sessions.open(sessionId, staff.account);
  }

  @Post('seal')
  @HttpCode(200)
  @Roles('supervisor', 'operations')
  seal(@Param('sessionId') sessionId: string, @CurrentStaff() staff: Staff) {
    return this.sessions.seal(sessionId, staff.account);
  }
}
