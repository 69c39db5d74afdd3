import { loadConfig, runService } from '@app/bootstrap';
import { GatewayConfig } from './config';
import { startGateway } from './start-gateway';

void runService('gateway', () => startGateway(loadConfig(GatewayConfig, process.env)));
