import { loadConfig, runService } from '@app/bootstrap';
import { SchedulerConfig } from './config';
import { startScheduler } from './start-scheduler';

void runService('scheduler', (context) => startScheduler(loadConfig(SchedulerConfig, process.env), context));
