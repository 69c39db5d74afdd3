import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { SingleStepRequest } from '../clusters/cluster-step.dto';

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;
/** As in the files of sessions. */
const FORM_VERSION_MAX = 999_999;

export class RollbackRequest extends SingleStepRequest {
  @ApiProperty({ description: 'Moment of the bad change, RFC 3339 in UTC.', example: '2022-10-05T01:00:00Z' })
  @Matches(MOMENT)
  since: string;

  @ApiProperty({ required: false, description: 'The form that was changed; none where only scoring was.' })
  @IsOptional()
  @Matches(IDENTIFIER)
  formId?: string;

  @ApiProperty({ required: false, description: 'Its bad version.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(FORM_VERSION_MAX)
  badVersion?: number;

  @ApiProperty({ required: false, description: 'The version to go back to; otherwise the last one held and verified.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(FORM_VERSION_MAX)
  goodVersion?: number;
}

export class ResitsQuery {
  @ApiProperty({ description: 'The form that was changed.' })
  @Matches(IDENTIFIER)
  formId: string;

  @ApiProperty({ description: 'Its bad version.' })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(FORM_VERSION_MAX)
  formVersion: number;
}
