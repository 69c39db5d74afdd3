import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

export class CancelSessionRequest {
  @ApiProperty({ description: 'Why, as a code.', example: 'site-lost' })
  @Matches(/^[a-z][a-z0-9-]{1,63}$/)
  reasonCode: string;
}

export class SessionsQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 99 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(99)
  cluster?: number;
}
