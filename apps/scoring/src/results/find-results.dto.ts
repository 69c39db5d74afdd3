import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** A result is about 1 kB, so the largest page stays below a megabyte. */
export const RESULTS_PER_PAGE_MAX = 500;
const RESULTS_PER_PAGE_DEFAULT = 100;

export class FindResultsDto {
  @ApiPropertyOptional()
  @IsOptional()
  @Matches(IDENTIFIER)
  analyticsId?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @Matches(IDENTIFIER)
  sessionId?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @Matches(IDENTIFIER)
  agency?: string;

  @ApiPropertyOptional({ description: '`next` of the page before.' })
  @IsOptional()
  @Matches(IDENTIFIER)
  after?: string;

  @ApiPropertyOptional({ default: RESULTS_PER_PAGE_DEFAULT })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(RESULTS_PER_PAGE_MAX)
  limit: number = RESULTS_PER_PAGE_DEFAULT;
}
