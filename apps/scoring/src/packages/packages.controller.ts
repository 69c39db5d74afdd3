import { CurrentStaff, Roles, type Staff } from '@app/access';
import { BodyLimit } from '@app/bootstrap';
import { Body, Controller, Get, Param, ParseBoolPipe, ParseIntPipe, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { ScoringPackage } from '../scoring/domain/scoring-package';
import { readPackage } from './package-file';
import { PackageFile } from './package-file.schema';
import type { PackageSummary } from './packages.repository';
import { type ImportedPackage, PackagesService } from './packages.service';

/** 4,000 items with credits and parameters take about a megabyte. */
const PACKAGE_BYTES_MAX = 2_000_000;

@ApiTags('scoring packages')
@Controller('v1/packages')
@Roles('analyst', 'operations')
export class PackagesController {
  constructor(private readonly packages: PackagesService) {}

  @Post()
  @BodyLimit(PACKAGE_BYTES_MAX)
  @ApiOperation({ summary: 'Records a package version; a version never changes' })
  @ApiBody({ schema: PackageFile as object })
  @ApiQuery({ name: 'activateIllustrative', required: false, description: 'Let a package of made-up data score.' })
  import(
    @Body() file: object,
    @CurrentStaff() staff: Staff,
    @Query('activateIllustrative', new ParseBoolPipe({ optional: true })) activateIllustrative?: boolean,
  ): Promise<ImportedPackage> {
    const options = { actor: staff.account, activateIllustrative: activateIllustrative ?? false };
    return this.packages.import(readPackage(file), options);
  }

  @Get()
  async list(): Promise<{ packages: PackageSummary[] }> {
    return { packages: await this.packages.list() };
  }

  @Get(':packageId/:version')
  get(@Param('packageId') packageId: string, @Param('version', ParseIntPipe) version: number): Promise<ScoringPackage> {
    return this.packages.get({ packageId, version });
  }
}
