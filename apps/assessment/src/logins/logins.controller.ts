import { Public } from '@app/access';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { type Login, LoginsService } from './logins.service';

class LogInDto {
  @ApiProperty({ description: 'Participant number (nomor peserta)' })
  @Matches(/^[A-Za-z0-9-]{4,32}$/)
  participantNumber: string;

  @ApiProperty({ description: 'One-time PIN' })
  @Matches(/^\d{8}$/)
  pin: string;
}

@ApiTags('participants')
@Controller('v1/logins')
export class LoginsController {
  constructor(private readonly logins: LoginsService) {}

  @Public()
  @Post()
  @HttpCode(200)
  logIn(@Body() { participantNumber, pin }: LogInDto): Promise<Login> {
    return this.logins.logIn(participantNumber, pin);
  }
}
