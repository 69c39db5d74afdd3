import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, Matches, ValidateNested } from 'class-validator';
import { SCOPE_KINDS, type Scope, type ScopeKind } from './scope';

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const REASON_CODE = /^[a-z][a-z0-9-]{1,63}$/;

export class ScopeDto implements Scope {
  @ApiProperty({ enum: SCOPE_KINDS })
  @IsIn(SCOPE_KINDS)
  kind: ScopeKind;

  @ApiProperty({ description: 'Session, agency or number of the cluster; `all` for everybody.' })
  @Matches(IDENTIFIER)
  id: string;
}

export class ReasonDto {
  @ApiProperty({ description: 'Why, as a code.', pattern: REASON_CODE.source, example: 'key-corrected' })
  @Matches(REASON_CODE)
  reasonCode: string;
}

export class ScopedReasonDto extends ReasonDto {
  @ApiProperty({ type: ScopeDto })
  @IsObject()
  @ValidateNested()
  @Type(() => ScopeDto)
  scope: ScopeDto;
}
