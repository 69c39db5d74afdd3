import { scenarioData } from '../project';
import { MAKE_UP, RESERVE, addDays, incidentDates, weekdayOf, windowsOf } from './calendar';
import { readScenario, scaleSizes } from './scenario';

const { scenario, sizes } = readScenario(scenarioData);
const windows = scenario.clusters.map((cluster) => ({ cluster, windows: windowsOf(cluster, scenario) }));
const peopleOf = (of: readonly { readonly people: number }[]) => of.reduce((sum, { people }) => sum + people, 0);

describe('the scenario', () => {
  test('has 68,000 people, and any smaller number of them in the same proportions', () => {
    expect(peopleOf(sizes)).toBe(68_000);
    const scaled = scaleSizes(sizes, 1_500);
    expect(peopleOf(scaled)).toBe(1_500);
    expect(scaled.every(({ people }) => people >= 1)).toBe(true);
    const share = (of: typeof sizes) => of.find(({ code }) => code === 'kemendikbudristek')!.people / peopleOf(of);
    expect(share(scaled)).toBeCloseTo(share(sizes), 2);
  });

  test('holds sessions on its weekdays alone, in no skipped week, and within the fifteen months', () => {
    const dates = windows.flatMap((one) => one.windows.flatMap((window) => window.dates));
    expect(new Set(dates).size).toBe(dates.length);
    for (const date of dates) {
      expect(scenario.weekdays).toContain(weekdayOf(date));
      expect(scenario.skippedWeeks).not.toContain(addDays(date, 1 - weekdayOf(date)));
      expect(date > scenario.firstDay && date < scenario.lastDay).toBe(true);
    }
  });

  test('lets each cluster end before the next is prepared, and every person have a turn', () => {
    for (const [index, { cluster, windows: own }] of windows.entries()) {
      const next = windows[index + 1];
      if (next) expect(own.at(-1)!.dates.at(-1)! < next.cluster.preparedOn).toBe(true);
      expect(own.reduce((sum, { newShare }) => sum + newShare, 0)).toBeCloseTo(1, 12);
      expect(own.map(({ stage }) => stage)).toEqual(['canary', 'wave-25', 'wave-50', 'wave-100', MAKE_UP, RESERVE]);
      expect(weekdayOf(cluster.preparedOn)).toBe(1);
    }
  });

  test('lets its incident last for session days of one week within the stage', () => {
    const { cluster, stage, sessionDays } = scenario.incident;
    const own = windows.find((one) => one.cluster.cluster === cluster)!.windows;
    const dates = incidentDates(own, scenario);
    expect(dates).toHaveLength(sessionDays);
    expect(own.find((window) => window.stage === stage)!.dates).toEqual(expect.arrayContaining(dates));
    expect(addDays(dates[0]!, sessionDays - 1)).toBe(dates.at(-1));
  });
});
