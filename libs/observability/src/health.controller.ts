import { Public } from '@app/access';
import { DomainError } from '@app/contracts';
import { Controller, Get } from '@nestjs/common';
import { HealthRegistry } from './health.registry';

@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthRegistry) {}

  /** The process runs. A restart would help only where this does not answer. */
  @Public()
  @Get('live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** The process can do its work; else it should get no requests for now. */
  @Public()
  @Get('ready')
  async ready(): Promise<{ status: 'ready'; checks: string[] }> {
    const problems = await this.health.problems();
    if (problems.length > 0) throw new DomainError('service.unavailable', 'Not ready.', { problems });
    return { status: 'ready', checks: this.health.names };
  }
}
