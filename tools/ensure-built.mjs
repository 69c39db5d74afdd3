// Installs and builds what a fresh clone lacks, so that `npm start` and `npm run demo` are one command each.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['apps', 'libs', 'demo/src', 'demo/rollout/src', 'package.json', 'nest-cli.json', 'tsconfig.base.json'];
const PROGRAMS = ['gateway', 'assessment', 'scoring', 'scheduler', 'standalone', 'cli'].map(
  (app) => `dist/apps/${app}/src/main.js`,
);
/** A build empties `dist` first, so the oldest program tells when all of them were built. */
const OUTPUTS = [...PROGRAMS, 'dist/demo/src/main.js', 'dist/demo/rollout/src/main.js'];

export function ensureInstalled() {
  if (!existsSync(join(root, 'node_modules'))) npm('ci', '--no-audit', '--no-fund');
}

export function ensureBuilt() {
  ensureInstalled();
  if (!isBuilt()) npm('run', 'build', '--silent');
}

function isBuilt() {
  const outputs = OUTPUTS.map((path) => join(root, path));
  if (!outputs.every((path) => existsSync(path))) return false;
  const builtAtMs = Math.min(...outputs.map((path) => statSync(path).mtimeMs));
  return SOURCES.every((path) => newestMs(join(root, path)) <= builtAtMs);
}

function newestMs(path) {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

/** On Windows npm is a script of the shell. */
function npm(...args) {
  process.stderr.write(`> npm ${args.join(' ')}\n`);
  const { status } = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
