import { join, resolve } from 'node:path';

/** This file is built to dist/demo/rollout/src, and read by tests from demo/rollout/src. */
const folder = resolve(__dirname, '..', '..', '..');
export const project = folder.endsWith('dist') ? resolve(folder, '..') : folder;

export const scenarioData = join(project, 'demo', 'rollout', 'data');
export const schedulerData = join(project, 'apps', 'scheduler', 'data');
export const scoringData = join(project, 'apps', 'scoring', 'data');
