// `npm run check`: everything that can be said about the tree without running it. All steps run, so that one look shows
// all that is wrong.
import { spawnSync } from 'node:child_process';
import { ensureInstalled, root } from './ensure-built.mjs';

const STEPS = [
  { name: 'formatting', command: ['npx', '--no-install', 'prettier', '--check', '--log-level', 'warn', '.'] },
  {
    name: 'lint',
    command: ['npx', '--no-install', 'oxlint', '--type-aware', 'apps', 'libs', 'demo', 'test', 'tools'],
  },
  { name: 'types', command: ['npx', '--no-install', 'tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'lockfile', command: ['npm', 'ci', '--dry-run', '--no-audit', '--no-fund'] },
  { name: 'schemas and documents', command: ['node', '-r', './tools/register.cjs', 'tools/check-generated.ts'] },
];

ensureInstalled();

const failed = STEPS.filter((step) => !passes(step)).map(({ name }) => name);
console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** The output of a step that passes says nothing that anybody needs. */
function passes({ name, command: [program, ...words] }) {
  const startedAtMs = Date.now();
  const options = { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' };
  const { status, stdout, stderr } = spawnSync(program, words, options);
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`);
  if (status !== 0) console.log(`${stdout ?? ''}${stderr ?? ''}`);
  return status === 0;
}
