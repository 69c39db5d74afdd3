import { Roles } from '@app/access';
import { BodyLimit, FileBody } from '@app/bootstrap';
import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { ParticipantsService } from './participants.service';

/** 50,000 people of 200 characters each, twice over. */
const ROSTER_BYTES_MAX = 20_000_000;

class WithdrawDto {
  @ApiProperty({ example: 'retired' })
  @Matches(/^[a-z][a-z0-9-]{1,63}$/)
  reasonCode: string;
}

@ApiTags('participants')
@Controller('v1/participants')
export class ParticipantsController {
  constructor(private readonly participants: ParticipantsService) {}

  @Post('import')
  @HttpCode(200)
  @Roles('operations', 'participant-support')
  @BodyLimit(ROSTER_BYTES_MAX)
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' } })
  import(@FileBody() csv: string) {
    return this.participants.import(csv);
  }

  /** CSV `participantNumber,analyticsId`, for files that plan seats. */
  @Get('pseudonyms')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Roles('operations', 'participant-support')
  async pseudonyms(): Promise<string> {
    const rows = await this.participants.pseudonyms();
    return [
      'participantNumber,analyticsId',
      ...rows.map((row) => `${row.participantNumber},${row.analyticsId}`),
      '',
    ].join('\n');
  }

  @Post(':participantNumber/withdraw')
  @HttpCode(204)
  @Roles('operations', 'participant-support')
  withdraw(@Param('participantNumber') participantNumber: string, @Body() { reasonCode }: WithdrawDto): Promise<void> {
    return this.participants.withdraw(participantNumber, reasonCode);
  }
}
