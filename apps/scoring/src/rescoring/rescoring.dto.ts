import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsObject, IsOptional, Matches, Max, Min, ValidateNested } from 'class-validator';
import { ScopeDto } from '../scopes/scope.dto';
import { REPORT_FILES } from './difference-files';

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** A version is raised by hand; a million is a typing error. */
const VERSION_MAX = 1_000_000;

export class BeginRescoringDto {
  @ApiProperty()
  @Matches(IDENTIFIER)
  packageId: string;

  @ApiProperty()
  @IsInt()
  @Min(1)
  @Max(VERSION_MAX)
  version: number;

  @ApiProperty({ type: ScopeDto })
  @IsObject()
  @ValidateNested()
  @Type(() => ScopeDto)
  scope: ScopeDto;

  @ApiPropertyOptional({ description: 'Let a package of made-up data score.' })
  @IsOptional()
  @IsBoolean()
  activateIllustrative?: boolean;
}

export class ReportParameters {
  @Matches(IDENTIFIER)
  rescoringId: string;

  @ApiProperty({ enum: REPORT_FILES })
  @IsIn(REPORT_FILES)
  name: string;
}
