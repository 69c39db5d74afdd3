import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  Matches,
  Max,
  Min,
  registerDecorator,
  ValidateNested,
} from 'class-validator';
import type { Estimator, PackageContent, Scale, ScoredItem } from '../scoring/domain/scoring-package';

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** A version is raised by hand; a million is a typing error. */
const VERSION_MAX = 1_000_000;
/** Four sections of a thousand items, the largest form there is. */
const ITEMS_MAX = 4000;
/** A result lists every scale; four instruments have some thirty. */
const SCALES_MAX = 100;
/** As long as a text response may be. */
const KEY_CHARACTERS_MAX = 4000;

/** A response that can be compared exactly: a text that is not empty, or a number. */
function IsKey(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isKey',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string'
            ? value.length > 0 && value.length <= KEY_CHARACTERS_MAX && !value.includes('\u0000')
            : Number.isFinite(value),
        defaultMessage: () => `$property must be a number or a text of 1 to ${KEY_CHARACTERS_MAX} characters`,
      },
    });
}

export class PackageFormDto {
  @ApiProperty()
  @Matches(IDENTIFIER)
  formId: string;

  @ApiProperty()
  @IsInt()
  @Min(1)
  @Max(VERSION_MAX)
  version: number;
}

export class ScoredItemDto implements ScoredItem {
  @ApiProperty()
  @Matches(IDENTIFIER)
  itemId: string;

  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'number' }], description: 'The response that earns the point.' })
  @IsKey()
  key: string | number;
}

export class ScaleDto implements Scale {
  @ApiProperty()
  @Matches(IDENTIFIER)
  scaleId: string;

  @ApiProperty({ type: [String] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(ITEMS_MAX)
  @Matches(IDENTIFIER, { each: true })
  itemIds: string[];
}

export class ImportPackageDto implements PackageContent {
  @ApiProperty()
  @Matches(IDENTIFIER)
  packageId: string;

  @ApiProperty()
  @IsInt()
  @Min(1)
  @Max(VERSION_MAX)
  version: number;

  @ApiProperty({ type: PackageFormDto })
  @IsObject()
  @ValidateNested()
  @Type(() => PackageFormDto)
  form: PackageFormDto;

  @ApiProperty({ enum: ['sum'] })
  @IsIn(['sum'])
  estimator: Estimator;

  @ApiProperty({ type: [ScoredItemDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(ITEMS_MAX)
  @ValidateNested({ each: true })
  @Type(() => ScoredItemDto)
  items: ScoredItemDto[];

  @ApiProperty({ type: [ScaleDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(SCALES_MAX)
  @ValidateNested({ each: true })
  @Type(() => ScaleDto)
  scales: ScaleDto[];
}
