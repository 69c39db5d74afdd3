import type { AttestationKind } from '@app/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, Matches } from 'class-validator';

const KINDS: readonly AttestationKind[] = ['rehearsal', 'image-hash'];

/** What a person saw at a site. */
export class AttestationRequest {
  @ApiProperty({ enum: KINDS })
  @IsIn(KINDS)
  kind: AttestationKind;

  @ApiProperty({ example: 'jakarta-1' })
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
  siteId: string;

  @ApiProperty()
  @IsBoolean()
  passed: boolean;

  @ApiProperty({ description: 'SHA-256 that every seat of the site reported.', required: false })
  @IsOptional()
  @Matches(/^[0-9a-f]{64}$/)
  imageHash?: string;

  @ApiProperty({ example: 'all-seats-equal' })
  @Matches(/^[a-z][a-z0-9-]{1,63}$/)
  reasonCode: string;
}
