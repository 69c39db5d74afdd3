import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export class BurnUpParameters {
  @ApiProperty({ required: false, minimum: 1, maximum: 99, description: 'People of one cluster.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(99)
  cluster?: number;

  @ApiProperty({ required: false, description: 'People of one agency.' })
  @IsOptional()
  @Matches(IDENTIFIER)
  agency?: string;

  @ApiProperty({ required: false, description: 'The period of one target, with its versions.' })
  @IsOptional()
  @Matches(IDENTIFIER)
  target?: string;
}

export class TargetParameter {
  @ApiProperty({ description: 'Id of the target.' })
  @Matches(IDENTIFIER)
  targetId: string;
}
