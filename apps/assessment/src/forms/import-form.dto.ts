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
  ValidateNested,
} from 'class-validator';

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** One section for each instrument of a sitting. */
const SECTIONS_MAX = 4;
/** More than a whole form may have, so that a form that is a little too long is told its own bound. */
const ITEMS_PER_SECTION_MAX = 1000;
/** Five are usual; matching tasks have up to a dozen. */
const OPTIONS_MAX = 20;
/** Four pages: the longest case text that fits a screen's patience. */
const TEXT_MAX = 8000;

export class FormOptionDto {
  @ApiProperty() @Matches(IDENTIFIER) optionId: string;
  @ApiProperty() @IsString() @MaxLength(TEXT_MAX) text: string;
}

export class FormItemDto {
  @ApiProperty() @Matches(IDENTIFIER) itemId: string;
  @ApiProperty() @IsString() @MaxLength(TEXT_MAX) prompt: string;
  @ApiProperty({ type: [FormOptionDto], required: false })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(OPTIONS_MAX)
  @ValidateNested({ each: true })
  @Type(() => FormOptionDto)
  options?: FormOptionDto[];
}

export class FormSectionDto {
  @ApiProperty() @Matches(IDENTIFIER) sectionId: string;
  @ApiProperty() @IsString() @MaxLength(TEXT_MAX) title: string;
  @ApiProperty({ type: [FormItemDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(ITEMS_PER_SECTION_MAX)
  @ValidateNested({ each: true })
  @Type(() => FormItemDto)
  items: FormItemDto[];
}

export class ImportFormDto {
  @ApiProperty() @Matches(IDENTIFIER) formId: string;
  @ApiProperty() @IsInt() @Min(1) @Max(1_000_000) version: number;
  @ApiProperty() @IsString() @MaxLength(TEXT_MAX) title: string;
  @ApiProperty({ type: [FormSectionDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(SECTIONS_MAX)
  @ValidateNested({ each: true })
  @Type(() => FormSectionDto)
  sections: FormSectionDto[];
}

export type FormContent = ImportFormDto;
