// `npm run load [-- options]`: builds what is missing, then runs the load driver, which is TypeScript as it stands.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, root } from './ensure-built.mjs';

ensureBuilt();

const program = ['-r', join(root, 'tools/register.cjs'), join(root, 'test/load/main.ts')];
const child = spawn(process.execPath, [...program, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
// Ctrl-C reaches the driver by itself; this process waits until it has stopped what it runs.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
