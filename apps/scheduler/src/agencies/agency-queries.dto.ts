import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';

const EDITION = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export class AgencyQuery {
  @ApiPropertyOptional({ description: 'The date asked about; today where none is given.', example: '2022-10-05' })
  @IsOptional()
  @Matches(DATE)
  @IsISO8601({ strict: true })
  on?: string;
}

/** Since when, and by whose decision, the clusters of an agencies file hold. */
export class DecisionQuery {
  @ApiProperty({ description: 'First day on which the clusters of the file hold.', example: '2022-03-18' })
  @Matches(DATE)
  @IsISO8601({ strict: true })
  effectiveFrom: string;

  @ApiProperty({ description: 'Who decided.', maxLength: 200 })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  author: string;
}

export class MembershipsQuery {
  @ApiPropertyOptional({ description: 'Name of the version of the allocation; `published` where none is given.' })
  @IsOptional()
  @Matches(EDITION)
  edition?: string;

  @ApiPropertyOptional({ description: 'Marks the file as made up for a demonstration.', enum: ['true', 'false'] })
  @IsOptional()
  @IsIn(['true', 'false'])
  scenario?: 'true' | 'false';
}

/** An edition of the allocation, and who put it in force from when. */
export class EditionRequest extends DecisionQuery {
  @ApiProperty({ example: 'koran-jakarta-2022' })
  @Matches(EDITION)
  edition: string;

  @ApiProperty({ description: 'Where the decision can be read.', maxLength: 500 })
  @IsString()
  @MinLength(1)
  @MaxLength(500)
  source: string;
}
