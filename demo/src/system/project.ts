import { join, resolve } from 'node:path';

/** This file is built to dist/demo/src/system; the project stands four folders up. */
export const project = resolve(__dirname, '..', '..', '..', '..');

export const built = (app: string) => join(project, 'dist', 'apps', app, 'src', 'main.js');
export const rolloutData = join(project, 'apps', 'scheduler', 'data');
export const demoData = join(project, 'demo', 'data');
export const packageData = join(project, 'apps', 'scoring', 'data');
