import { Roles } from '@app/access';
import type { QualityReported } from '@app/contracts';
import { Controller, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { renderItems } from './items.csv';
import { DifQuery, FormParameters } from './quality.dto';
import { type DifReport, type QualityReport, QualityService } from './quality.service';

@ApiTags('quality of the measurement')
@Controller('v1/results/quality/:formId/:version')
@Roles('analyst', 'operations')
export class QualityController {
  constructor(private readonly quality: QualityService) {}

  @Get()
  @ApiOperation({ summary: 'Item analysis of a form over the answers collected so far' })
  report(@Param() form: FormParameters): Promise<QualityReport> {
    return this.quality.report(form);
  }

  @Get('items.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  async items(@Param() form: FormParameters): Promise<string> {
    return renderItems(await this.quality.report(form));
  }

  @Get('dif')
  @ApiOperation({ summary: 'Items that work differently for a group: Mantel–Haenszel and logistic' })
  dif(@Param() form: FormParameters, @Query() { by, focal, purify }: DifQuery): Promise<DifReport> {
    return this.quality.dif(form, by, focal, purify);
  }

  @Post('reports')
  @HttpCode(200)
  @ApiOperation({ summary: 'Tells the rollout how the measurement went, site by site' })
  async publish(@Param() form: FormParameters): Promise<{ reports: QualityReported[] }> {
    return { reports: await this.quality.publish(form) };
  }
}
