// Runs a built program in place of this one: same terminal, same signals, same exit code.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, root } from './ensure-built.mjs';

export function runProgram(program, args) {
  ensureBuilt();
  const child = spawn(process.execPath, ['--enable-source-maps', join(root, program), ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the program by itself; this process only waits until it has stopped what it runs.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}
