import { loadConfig, runService } from '@app/bootstrap';
import { ScoringConfig } from './config';
import { startScoring } from './start-scoring';

void runService('scoring', (context) => startScoring(loadConfig(ScoringConfig, process.env), context));
