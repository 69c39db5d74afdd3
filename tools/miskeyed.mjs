// `npm run miskeyed [-- --people N]`: builds what is missing, then plays the sitting with the wrong key.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, root } from './ensure-built.mjs';

ensureBuilt();

const program = ['-r', join(root, 'tools/register.cjs'), join(root, 'apps/scoring/tools/miskeyed/main.ts')];
const child = spawn(process.execPath, [...program, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
