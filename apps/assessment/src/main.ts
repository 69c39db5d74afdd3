import { loadConfig, runService } from '@app/bootstrap';
import { AssessmentConfig } from './config';
import { startAssessment } from './start-assessment';

void runService('assessment', (context) => startAssessment(loadConfig(AssessmentConfig, process.env), context));
