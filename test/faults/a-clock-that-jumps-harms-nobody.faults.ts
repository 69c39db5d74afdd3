import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRow } from './harness/fault.row';
import { faultSuite } from './harness/fault.suite';

const HOUR_MS = 3_600_000;
const WRONG_MS = 6_000;
const WRONG = 'gateway-2';

/** The clock of one of two gateways is an hour wrong for a while. Fairness (P13) must not notice. */
function clockJump(name: string, aheadMs: number): FaultRow {
  let folder = '';
  let file = '';
  return {
    name,
    logs: ['postgres'],
    cutsReplies: [],
    async arrange(scene) {
      folder = mkdtempSync(join(tmpdir(), 'petabakat-clock-'));
      file = join(folder, 'ahead-ms');
      writeFileSync(file, '0');
      const preload = join(__dirname, 'harness/preload/jumping-clock.cjs');
      await scene.restartWith('gateway', { NODE_OPTIONS: `--require ${preload}`, FAULT_TEST_CLOCK_FILE: file });
    },
    async harm(scene) {
      await scene.underLoad();
      scene.inject();
      writeFileSync(file, String(aheadMs));
      scene.signal(WRONG, 'SIGUSR2');
      await sleep(WRONG_MS);
      writeFileSync(file, '0');
      scene.signal(WRONG, 'SIGUSR2');
      scene.heal();
      rmSync(folder, { recursive: true });
    },
  };
}

faultSuite('a clock that jumps harms nobody', [
  clockJump('clock-an-hour-ahead', HOUR_MS),
  clockJump('clock-an-hour-behind', -HOUR_MS),
]);
