import { CurrentStaff, Roles, type Staff } from '@app/access';
import { BodyLimit } from '@app/bootstrap';
import { Body, Controller, Get, Param, ParseIntPipe, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ScoringPackage } from '../scoring/domain/scoring-package';
import { ImportPackageDto } from './import-package.dto';
import type { PackageSummary } from './packages.repository';
import { type ImportedPackage, PackagesService } from './packages.service';

/** 4,000 items with short keys take a tenth; long keys are texts, and few. */
const PACKAGE_BYTES_MAX = 2_000_000;

@ApiTags('scoring packages')
@Controller('v1/packages')
@Roles('analyst', 'operations')
export class PackagesController {
  constructor(private readonly packages: PackagesService) {}

  @Post()
  @BodyLimit(PACKAGE_BYTES_MAX)
  import(@Body() content: ImportPackageDto, @CurrentStaff() staff: Staff): Promise<ImportedPackage> {
    return this.packages.import(content, staff.account);
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
