import { Roles } from '@app/access';
import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ForecastService, type ForecastView } from '../forecast/forecast.service';
import { RolloutPageService } from '../pages/rollout-page.service';
import { BurnUpParameters, TargetParameter } from './burn-up.query';
import { BurnUpService, type BurnUpView } from './burn-up.service';

/** How far the rollout is, and when it will be done. */
@ApiTags('progress')
@Controller('v1')
export class BurnUpController {
  constructor(
    private readonly burnUp: BurnUpService,
    private readonly forecasts: ForecastService,
    private readonly pages: RolloutPageService,
  ) {}

  @Get('progress/burn-up')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({
    summary: 'Seats planned and people invited, seated, submitted, scored, reconciled, released, by day',
  })
  show(@Query() query: BurnUpParameters): Promise<BurnUpView> {
    return this.burnUp.show(query);
  }

  @Get('progress/page')
  @Header('content-type', 'text/html; charset=utf-8')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'One page without scripts: burn-up and forecast per target, Gantt, gate history' })
  page(): Promise<string> {
    return this.pages.render();
  }

  @Get('targets/:targetId/forecast')
  @Roles('operations', 'analyst', 'rollout-officer')
  @ApiOperation({ summary: 'When the target will be met: the days for half and 85 % of the runs, and the chance' })
  forecast(@Param() { targetId }: TargetParameter): Promise<ForecastView> {
    return this.forecasts.show(targetId);
  }
}
