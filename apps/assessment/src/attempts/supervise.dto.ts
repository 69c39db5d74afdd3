import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';

/** Four hours: the longest sitting that is known, over again. */
const CREDIT_SECONDS_MAX = 14_400;
/** A page of text about one command. */
const NOTE_MAX = 2_000;

export class GroundsDto {
  @ApiProperty({ description: 'Reason code, kept in the event', example: 'network-outage' })
  @Matches(/^[a-z][a-z0-9-]{1,63}$/)
  reasonCode: string;

  @ApiProperty({ required: false, description: 'Free text; stays in the assessment service' })
  @IsOptional()
  @IsString()
  @MaxLength(NOTE_MAX)
  note?: string;
}

export class CreditDto extends GroundsDto {
  @ApiProperty({ minimum: 1, maximum: CREDIT_SECONDS_MAX })
  @IsInt()
  @Min(1)
  @Max(CREDIT_SECONDS_MAX)
  seconds: number;
}

export class ReopenDto extends GroundsDto {
  @ApiProperty({ minimum: 0, maximum: CREDIT_SECONDS_MAX, description: 'Credit beyond the time that was left' })
  @IsInt()
  @Min(0)
  @Max(CREDIT_SECONDS_MAX)
  seconds: number;
}

export class MoveDto extends GroundsDto {
  @ApiProperty()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
  seat: string;
}

export class AcceptEpochDto extends GroundsDto {
  @ApiProperty({ minimum: 1 })
  @IsInt()
  @Min(1)
  epoch: number;
}
