import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarioData, schedulerData } from '../project';
import { readScenario } from '../scenario/scenario';
import { WHOLE_POPULATION, gatesFor, rampsOf } from './reference';

const file = (name: string) => readFileSync(join(schedulerData, name), 'utf8');
const { scenario } = readScenario(scenarioData);

describe('reference data of the play', () => {
  test('the gate table is the project’s own for the whole population', () => {
    expect(gatesFor(file('gates.csv'), WHOLE_POPULATION)).toBe(file('gates.csv'));
  });

  test('with fewer people smallest numbers shrink, shares and margins stay', () => {
    const gates = gatesFor(file('gates.csv'), 1_500);
    expect(gates).toContain('people=7 agencies=3 sites=2');
    expect(gates).toContain('pass=1 fail=3 minimum=3');
    expect(gates).toContain('pass=85 fail=70');
    expect(gates).toContain('margin=0.2 confidence=99');
  });

  test('each cluster grows by the scenario’s canary under seeds of the run, statistical gates only where they can speak', () => {
    const [header, ...rows] = rampsOf(file('ramp-plans.csv'), scenario, 7, WHOLE_POPULATION).trim().split('\n');
    expect(header).toBe('cluster,canaryPercent,waves,gates,seed,author,source');
    expect(rows).toHaveLength(5);
    expect(rows.every((row) => row.includes('reliability') && row.includes('result-quality'))).toBe(true);
    expect(new Set(rows.map((row) => row.split(',')[4])).size).toBe(5);
    expect(rampsOf(file('ramp-plans.csv'), scenario, 7, 1_500)).not.toContain('reliability');
    expect(rampsOf(file('ramp-plans.csv'), scenario, 8, 1_500)).not.toBe(
      rampsOf(file('ramp-plans.csv'), scenario, 7, 1_500),
    );
  });
});
