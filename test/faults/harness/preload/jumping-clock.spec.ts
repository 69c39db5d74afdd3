import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOUR_MS = 3_600_000;

test('the wall clock of a process jumps at a signal, and its monotonic clock does not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-clock-'));
  const file = join(folder, 'ahead-ms');
  writeFileSync(file, String(HOUR_MS));
  const program = `
    const [wall, steady] = [Date.now(), performance.now()];
    process.once('SIGUSR2', () => setImmediate(() => {
      console.log(JSON.stringify([Date.now() - wall, new Date().getTime() - wall, performance.now() - steady]));
      clearInterval(waiting);
    }));
    const waiting = setInterval(() => {}, 1_000);
    process.kill(process.pid, 'SIGUSR2');`;
  const output = execFileSync(process.execPath, ['--require', join(__dirname, 'jumping-clock.cjs'), '-e', program], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, FAULT_TEST_CLOCK_FILE: file },
  });
  const [byNow, byDate, steady] = JSON.parse(output) as [number, number, number];
  for (const ahead of [byNow, byDate]) expect(Math.abs(ahead - steady - HOUR_MS)).toBeLessThan(HOUR_MS / 2);
  rmSync(folder, { recursive: true });
});
