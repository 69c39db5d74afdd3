import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsNumber, IsString, Matches, Max, MaxLength, Min, MinLength } from 'class-validator';
import { PROPOSED_STEPS, type ProposedStep } from './domain/cluster-status';

const REASON_CODE = /^[a-z][a-z0-9-]{1,63}$/;

export class ClusterNumberParameter {
  @ApiProperty({ minimum: 1, maximum: 99 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(99)
  number: number;
}

class SeenVersion {
  @ApiProperty({ description: 'Version of the cluster that the decision was taken on.', minimum: 1 })
  @IsInt()
  @Min(1)
  version: number;
}

/** A step that one person takes: prepare or hold. */
export class SingleStepRequest extends SeenVersion {
  @ApiProperty({ description: 'Why, as a code.', pattern: REASON_CODE.source, example: 'sites-verified' })
  @Matches(REASON_CODE)
  reasonCode: string;
}

export class ProposalRequest extends SingleStepRequest {
  @ApiProperty({ enum: PROPOSED_STEPS })
  @IsIn(PROPOSED_STEPS)
  step: ProposedStep;
}

export class ConfirmationRequest extends SeenVersion {
  @ApiProperty({ enum: PROPOSED_STEPS })
  @IsIn(PROPOSED_STEPS)
  step: ProposedStep;
}

export class GateRuleRequest {
  @ApiProperty({ description: 'Share of the registered from which the gate passes.', minimum: 1, maximum: 100 })
  @IsNumber()
  @Min(1)
  @Max(100)
  passPercent: number;

  @ApiProperty({ description: 'Minutes after which a submission without a result is overdue.', minimum: 1 })
  @IsInt()
  @Min(1)
  @Max(1440)
  overdueMinutes: number;

  @ApiProperty({ description: 'Who decided.', maxLength: 200 })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  author: string;

  @ApiProperty({ description: 'Where the decision can be read.', maxLength: 500 })
  @IsString()
  @MinLength(1)
  @MaxLength(500)
  source: string;
}
