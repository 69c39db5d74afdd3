// `npm run test:faults [-- options]`: builds what is missing, then runs faults under load, see test/faults/harness/main.ts.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './ensure-built.mjs';

// With a commit named the services are built from that, elsewhere.
if (process.argv.includes('--commit')) ensureInstalled();
else ensureBuilt();

const program = ['-r', join(root, 'tools/register.cjs'), join(root, 'test/faults/harness/main.ts')];
const child = spawn(process.execPath, [...program, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
// Ctrl-C reaches the tests by itself; this process waits until they have stopped what they run.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
