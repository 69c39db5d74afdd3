import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Matches, Min } from 'class-validator';

export class DismissRecordRequest {
  @ApiProperty({ example: 'petabakat.roster.v1' })
  @Matches(/^petabakat\.[a-z.-]+\.v\d+$/)
  topic: string;

  @ApiProperty({ minimum: 0 })
  @IsInt()
  @Min(0)
  partition: number;

  @ApiProperty({ minimum: 0 })
  @IsInt()
  @Min(0)
  offset: number;

  @ApiProperty({ description: 'Why, as a code.', example: 'foreign-producer' })
  @Matches(/^[a-z][a-z0-9-]{1,63}$/)
  reasonCode: string;
}
