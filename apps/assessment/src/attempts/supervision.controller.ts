import { CurrentStaff, Roles, type Staff } from '@app/access';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AttemptReader } from './attempt-reader.service';
import { AcceptEpochDto, CreditDto, GroundsDto, MoveDto, ReopenDto } from './supervise.dto';
import { type Grounds, SupervisionService } from './supervision.service';

/** A supervisor's commands over attempts of the sessions they supervise; the guard has checked the session. */
@ApiTags('supervision')
@Controller('v1/sessions/:sessionId/attempts/:attemptId')
@Roles('supervisor', 'operations')
export class SupervisionController {
  constructor(
    private readonly supervision: SupervisionService,
    private readonly reader: AttemptReader,
  ) {}

  @Get()
  async read(@Param('sessionId') sessionId: string, @Param('attemptId') attemptId: string) {
    await this.supervision.assertOfSession(attemptId, sessionId);
    return this.reader.read(attemptId);
  }

  @Post('pause')
  @HttpCode(200)
  async pause(
    @Param('sessionId') sessionId: string,
    @Param('attemptId') attemptId: string,
    @Body() body: GroundsDto,
    @CurrentStaff() staff: Staff,
  ) {
    await this.supervision.assertOfSession(attemptId, sessionId);
    return this.supervision.pause(attemptId, groundsOf(body, staff));
  }

  @Post('resume')
  @HttpCode(200)
  async resume(
    @Param('sessionId') sessionId: string,
    @Param('attemptId') attemptId: string,
    @Body() body: GroundsDto,
    @CurrentStaff() staff: Staff,
  ) {
    await this.supervision.assertOfSession(attemptId, sessionId);
    return this.supervision.resume(attemptId, groundsOf(body, staff));
  }

  @Post('credit')
  @HttpCode(200)
  async credit(
    @Param('sessionId') sessionId: string,
    @Param('attemptId') attemptId: string,
    @Body() body: CreditDto,
    @CurrentStaff() staff: Staff,
  ) {
    await this.supervision.assertOfSession(attemptId, sessionId);
    return this.supervision.credit(attemptId, body.seconds, groundsOf(body, staff));
  }

  @Post('move')
  @HttpCode(200)
  async move(
    @Param('sessionId') sessionId: string,
    @Param('attemptId') attemptId: string,
    @Body() body: MoveDto,
    @CurrentStaff() staff: Staff,
  ) {
    await this.supervision.assertOfSession(attemptId, sessionId);
    return this.supervision.move(attemptId, body.seat, groundsOf(body, staff));
  }

  @Post('finish')
  @HttpCode(202)
  async finish(
    @Param('sessionId') sessionId: string,
    @Param('attemptId') attemptId: string,
    @Body() body: GroundsDto,
    @CurrentStaff() staff: Staff,
  ) {
    await this.supervision.assertOfSession(attemptId, sessionId);
    return this.supervision.finish(attemptId, groundsOf(body, staff));
  }

  @Post('reopen')
  @HttpCode(200)
  async reopen(
    @Param('sessionId') sessionId: string,
    @Param('attemptId') attemptId: string,
    @Body() body: ReopenDto,
    @CurrentStaff() staff: Staff,
  ) {
    await this.supervision.assertOfSession(attemptId, sessionId);
    return this.supervision.reopen(attemptId, body.seconds, groundsOf(body, staff));
  }

  @Post('accept-older-epoch')
  @HttpCode(200)
  async acceptOlderEpoch(
    @Param('sessionId') sessionId: string,
    @Param('attemptId') attemptId: string,
    @Body() body: AcceptEpochDto,
    @CurrentStaff() staff: Staff,
  ) {
    await this.supervision.assertOfSession(attemptId, sessionId);
    return this.supervision.acceptOlderEpoch(attemptId, body.epoch, groundsOf(body, staff));
  }
}

function groundsOf({ reasonCode, note }: GroundsDto, { account }: Staff): Grounds {
  return { actor: account, reasonCode, ...(note ? { note } : {}) };
}
