import { CurrentStaff, Roles, type Staff } from '@app/access';
import type { AnswerResponse } from '@app/contracts';
import { Body, Controller, Get, HttpCode, Param, ParseIntPipe, Post } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsDefined, IsInt, IsString, Matches, MaxLength, Min } from 'class-validator';
import { AttemptDeadLettersService } from './dead-letters.service';
import { GroundsDto } from './supervise.dto';

class ReplayDeadLetterDto extends GroundsDto {
  @ApiProperty()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
  itemId: string;

  @ApiProperty()
  @IsInt()
  @Min(1)
  seq: number;

  @ApiProperty({ description: 'The answer as the participant gave it' })
  @IsDefined()
  response: AnswerResponse;

  @ApiProperty()
  @IsString()
  @MaxLength(40)
  answeredAt: string;
}

@ApiTags('supervision')
@Controller('v1/attempts/:attemptId/dead-letters')
@Roles('operations')
export class AttemptDeadLettersController {
  constructor(private readonly deadLetters: AttemptDeadLettersService) {}

  @Get()
  list(@Param('attemptId') attemptId: string) {
    return this.deadLetters.list(attemptId);
  }

  @Post(':offset/replay')
  @HttpCode(200)
  replay(
    @Param('attemptId') attemptId: string,
    @Param('offset', ParseIntPipe) offset: number,
    @Body() body: ReplayDeadLetterDto,
    @CurrentStaff() staff: Staff,
  ) {
    const { reasonCode, note, ...mended } = body;
    return this.deadLetters.replay(attemptId, offset, mended, {
      actor: staff.account,
      reasonCode,
      ...(note ? { note } : {}),
    });
  }

  @Post(':offset/dismiss')
  @HttpCode(200)
  dismiss(
    @Param('attemptId') attemptId: string,
    @Param('offset', ParseIntPipe) offset: number,
    @Body() { reasonCode, note }: GroundsDto,
    @CurrentStaff() staff: Staff,
  ) {
    return this.deadLetters.dismiss(attemptId, offset, { actor: staff.account, reasonCode, ...(note ? { note } : {}) });
  }
}
