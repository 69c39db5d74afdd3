// `npm run capacity -- measure | hall | fit`: builds what is missing, then measures what an answer costs, or fits the model.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, root } from './ensure-built.mjs';

ensureBuilt();

const program = ['-r', join(root, 'tools/register.cjs'), join(root, 'test/load/capacity/main.ts')];
const child = spawn(process.execPath, [...program, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
// Ctrl-C reaches the program by itself; this process waits until it has stopped what it runs.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
