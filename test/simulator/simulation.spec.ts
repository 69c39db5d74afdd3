import { Logger } from '@nestjs/common';
import { tableOf } from '../faults/checker/findings';
import { FAULTS } from './seeded.faults';
import { modeOf, simulate } from './simulation';

/** `npm run simulate` runs a thousand; here a few show that it works. */
const SEEDS = 12;
const TIMEOUT_MS = 120_000;

beforeAll(() => Logger.overrideLogger(false));

describe('the simulated answer path', () => {
  test(
    'keeps every property over some seeds, in each of which enough happens',
    async () => {
      const struck = new Set<string>();
      for (let seed = 1; seed <= SEEDS; seed++) {
        const report = await simulate(seed, modeOf(seed));
        for (const fault of report.faults.keys()) struck.add(fault);
        const total = [...report.faults.values()].reduce((sum, count) => sum + count, 0);
        expect({ seed, broken: tableOf(report.broken), stuck: report.stuck }).toEqual({
          seed,
          broken: tableOf([]),
          stuck: null,
        });
        expect(report.events).toBeGreaterThanOrEqual(1_000);
        expect(total).toBeGreaterThanOrEqual(3);
      }
      expect(FAULTS.filter((fault) => !struck.has(fault))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'one seed gives one run',
    async () => {
      expect(await simulate(5, 'safety')).toEqual(await simulate(5, 'safety'));
    },
    TIMEOUT_MS,
  );
});
