import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { GROUPINGS, type Grouping } from './quality.service';

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** A version is raised by hand; a million is a typing error. */
const VERSION_MAX = 1_000_000;

export class FormParameters {
  @ApiProperty()
  @Matches(IDENTIFIER)
  formId: string;

  @ApiProperty()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(VERSION_MAX)
  version: number;
}

export class DifQuery {
  @ApiProperty({ enum: GROUPINGS })
  @IsIn(GROUPINGS)
  by: Grouping;

  @ApiProperty({ description: 'Value of the focal group; everybody else is the reference group.' })
  @Matches(IDENTIFIER)
  focal: string;

  @ApiPropertyOptional({ description: 'Take flagged items out of the matching score.', default: false })
  @Transform(({ value }) => value === true || value === 'true')
  @IsBoolean()
  purify: boolean = false;
}
