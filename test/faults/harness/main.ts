import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SourceCopy } from '../mutants/source-copy';
import { rowsPassed } from './fault.result';
import { SELECTION_VARIABLE, type Selection } from './selection';
import { lastChange, stateOfServices } from './services.state';

const ROOT = join(__dirname, '../../..');

const USAGE = `Usage: npm run test:faults [-- options]

  Runs each fault under load and judges what it left. Rows that have passed on this state of the services are left out.

  --only ROW,ROW   these rows, passed or not: gateway-killed, or gateway-killed/postgres for one log
  --short          the short set, at most ten minutes
  --fresh          rows that have passed run again
  --seed N         moments of the faults and behaviour of the candidates follow from it (default 1)
  --commit REV     the services as they were committed, built in a copy
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      short: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      commit: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const copy = values.commit === undefined ? null : await SourceCopy.ofCommit(values.commit);
  try {
    await copy?.buildAll();
    const commit = values.commit === undefined ? stateOfServices() : lastChange(values.commit);
    return await runJest({
      root: copy?.folder ?? null,
      commit,
      only: values.only?.split(',') ?? null,
      short: values.short,
      passed: values.fresh ? [] : [...rowsPassed(commit)],
      seed: Number(values.seed),
    });
  } finally {
    copy?.remove();
  }
}

/** One row after the other: two at once would judge how busy the machine is. */
async function runJest(selection: Selection): Promise<number> {
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const child = spawn(process.execPath, [jest, '--config', 'jest.faults.config.cjs', '--runInBand'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, [SELECTION_VARIABLE]: JSON.stringify(selection) },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

void main().then((code) => {
  process.exitCode = code;
});
