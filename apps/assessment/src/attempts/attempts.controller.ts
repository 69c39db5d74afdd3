import { type AttemptClaims, CurrentAttempt, ForParticipant } from '@app/access';
import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AttemptCommandsService } from './attempt-commands.service';
import { AttemptReader } from './attempt-reader.service';

/** What a participant may do; the guard has seen that the token belongs to the attempt. */
@ApiTags('attempts')
@Controller('v1/attempts/:attemptId')
@ForParticipant()
export class AttemptsController {
  constructor(
    private readonly commands: AttemptCommandsService,
    private readonly reader: AttemptReader,
  ) {}

  @Get()
  read(@Param('attemptId') attemptId: string) {
    return this.reader.read(attemptId);
  }

  @Get('form')
  form(@CurrentAttempt() claims: AttemptClaims) {
    return this.commands.form(claims);
  }

  @Post('start')
  @HttpCode(200)
  start(@CurrentAttempt() claims: AttemptClaims) {
    return this.commands.start(claims);
  }

  @Post('submit')
  @HttpCode(200)
  submit(@CurrentAttempt() claims: AttemptClaims) {
    return this.commands.submit(claims);
  }
}
