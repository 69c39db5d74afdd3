// `npm run bench [-- options]`: builds what is missing, then measures the answer path beside its bare counterparts.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, root } from './ensure-built.mjs';

ensureBuilt();

const program = ['-r', join(root, 'tools/register.cjs'), join(root, 'test/bench/answer-path/main.ts')];
const child = spawn(process.execPath, [...program, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
