import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { ClusterNumberParameter } from '../clusters/cluster-step.dto';
import { PLAN_TIME_LIMIT_SECONDS_MAX } from './seat-planner';

/** 100,000 rows of some 60 bytes; the body as a whole has a limit of its own. */
const FILE_CHARACTERS_MAX = 8_000_000;
/** A loss of more sites than there are is a mistake. */
const SITES_MAX = 2_000;
const DATE = /^\d{4}-\d\d-\d\d$/;
const REASON_CODE = /^[a-z][a-z0-9-]{1,63}$/;
const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export class SeatPlanParameter extends ClusterNumberParameter {
  @ApiProperty({ minimum: 1 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  version: number;
}

export class SeatPlanDifferenceParameter extends SeatPlanParameter {
  @ApiProperty({ minimum: 1 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  other: number;
}

class PlanningRequest {
  @ApiProperty({ description: 'Why, as a code.', pattern: REASON_CODE.source, example: 'first-plan' })
  @Matches(REASON_CODE)
  reasonCode: string;

  @ApiProperty({ description: 'Without a plan by then there is none.', required: false })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(PLAN_TIME_LIMIT_SECONDS_MAX)
  timeLimitSeconds: number = PLAN_TIME_LIMIT_SECONDS_MAX;
}

export class SeatPlanRequest extends PlanningRequest {
  @ApiProperty({ description: 'CSV: personId,agency,zone,access[,extraMinutes]; personId is the pseudonym.' })
  @IsString()
  @MaxLength(FILE_CHARACTERS_MAX)
  roster: string;

  @ApiProperty({ description: 'CSV: siteId,zone,suits[,capacity]' })
  @IsString()
  @MaxLength(FILE_CHARACTERS_MAX)
  sites: string;

  @ApiProperty({ description: 'CSV: zone,siteId,km' })
  @IsString()
  @MaxLength(FILE_CHARACTERS_MAX)
  distances: string;

  @ApiProperty({ description: 'Largest part of an agency away on one date, a decimal above 0 and at most 1.' })
  @IsString()
  @MaxLength(40)
  agencyDayCap: string = '1';

  @ApiProperty({ description: 'Part of each session that stays free, a decimal from 0 to below 1.' })
  @IsString()
  @MaxLength(40)
  reserve: string = '0';

  @ApiProperty({ description: 'A whole number of at most 15 digits.' })
  @Matches(/^\d{1,15}$/)
  seed: string;

  @ApiProperty({ required: false, description: 'First date of the window.' })
  @IsOptional()
  @Matches(DATE)
  from?: string;

  @ApiProperty({ required: false, description: 'Last date of the window.' })
  @IsOptional()
  @Matches(DATE)
  until?: string;

  @ApiProperty({ required: false, description: 'The form, where the window has sessions over several.' })
  @IsOptional()
  @Matches(IDENTIFIER)
  formId?: string;
}

export class ReplanRequest extends PlanningRequest {
  @ApiProperty({ type: [String], description: 'Sites that cannot be used.' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(SITES_MAX)
  @Matches(IDENTIFIER, { each: true })
  lost: string[];

  @ApiProperty({ description: 'First date on which they cannot be used.' })
  @Matches(DATE)
  from: string;

  @ApiProperty({ required: false, description: 'Last such date; otherwise they are lost for good.' })
  @IsOptional()
  @Matches(DATE)
  until?: string;
}
