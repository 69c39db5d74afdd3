import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';

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

export class ScenarioQuery {
  @ApiPropertyOptional({ description: 'Marks the file as made up for a demonstration.', enum: ['true', 'false'] })
  @IsOptional()
  @IsIn(['true', 'false'])
  scenario?: 'true' | 'false';
}
