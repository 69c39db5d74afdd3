import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { PROPOSED_STEPS, type ProposedStep } from './domain/cluster-status';

/** More gates than there are. */
const OVERRIDES_MAX = 50;
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

  @ApiProperty({ description: 'Inconclusive gates that both people go on over.', type: [String], required: false })
  @IsArray()
  @ArrayMaxSize(OVERRIDES_MAX)
  @Matches(/^[a-z][a-z-]{1,63}$/, { each: true })
  overrides: string[] = [];
}

export class ConfirmationRequest extends SeenVersion {
  @ApiProperty({ enum: PROPOSED_STEPS })
  @IsIn(PROPOSED_STEPS)
  step: ProposedStep;
}
