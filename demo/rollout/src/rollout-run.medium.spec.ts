import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase } from '@app/testing';
import { renderOutcome } from './page/page';
import { project, scenarioData } from './project';
import { type RolloutOutcome, runRollout } from './rollout-run';
import { readScenario } from './scenario/scenario';

/** Each play is 130 days with sessions, on whatever else the machine has to do. */
jest.setTimeout(900_000);

const PEOPLE = 1_500;
const SEED = 7;
const files = readScenario(scenarioData);

async function play(withIncident: boolean): Promise<RolloutOutcome> {
  const database = await freshDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-rollout-'));
  chmodSync(folder, 0o711);
  try {
    return await runRollout({
      files,
      people: PEOPLE,
      seed: SEED,
      withIncident,
      folder,
      databaseUrl: database.url,
      threadArguments: ['-r', join(project, 'tools', 'register.cjs')],
      onDay: () => undefined,
      onStage: () => undefined,
    });
  } finally {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const noted = ({ diary }: RolloutOutcome, kind: string) => diary.filter((entry) => entry.kind === kind);

describe('fifteen months with a few people', () => {
  let first: RolloutOutcome;

  beforeAll(async () => {
    first = await play(true);
  });

  test('all five clusters are opened and closed by two people, and nothing was refused', () => {
    expect(noted(first, 'opened').map(({ cluster }) => cluster)).toEqual([1, 2, 3, 4, 5]);
    expect(noted(first, 'closed').map(({ cluster }) => cluster)).toEqual([1, 2, 3, 4, 5]);
    expect(noted(first, 'refused')).toEqual([]);
    expect(first.attempts).toBeGreaterThan(PEOPLE * 0.9);
    const assessed = first.page.targets.reduce((sum, target) => sum + target.assessed, 0);
    expect(assessed).toBe(first.attempts);
  });

  test('the incident fails a gate, the gate holds the cluster, and two people resume it', () => {
    const [held] = noted(first, 'held');
    expect(noted(first, 'held')).toHaveLength(1);
    expect(held).toMatchObject({
      cluster: files.scenario.incident.cluster,
      facts: { reason: 'above-limit', by: 'gate' },
    });
    const [resumed] = noted(first, 'resumed');
    expect(String(resumed!.facts.by).split(' ')).toHaveLength(2);
    const evaluations = first.page.clusters.find(({ number }) => number === held!.cluster)!.evaluations;
    expect(evaluations.filter(({ gate, outcome }) => gate === 'incidents' && outcome === 'failed')).not.toEqual([]);
  });

  test('the lost site’s people are moved, and nobody else', () => {
    const [lost] = noted(first, 'site-lost');
    const { displaced, moved, unplaced, cancelled } = lost!.facts as Record<string, number>;
    expect(displaced).toBeGreaterThan(0);
    expect(moved! + unplaced!).toBe(displaced);
    expect(cancelled).toBeGreaterThan(0);
  });

  test('the scheduler’s schema, dropped and made anew from the log, is what it was', () => {
    expect(first.differences).toEqual([]);
    expect(first.replayedDigest).toBe(first.schedulerDigest);
    const evaluations = first.page.clusters.reduce((sum, cluster) => sum + cluster.evaluations.length, 0);
    expect(evaluations).toBeGreaterThan(500);
    expect(first.replayedChanges).toBeGreaterThan(evaluations);
  });

  test('the page warns first, names the generator, and has neither scripts nor anything from elsewhere', () => {
    const options = { people: PEOPLE, seed: SEED, withIncident: true, out: '' };
    const html = renderOutcome(first, options, files);
    expect(html.indexOf('SINTETIS')).toBeLessThan(html.indexOf('<svg'));
    expect(html).toContain('demo/rollout/src/generator');
    expect(html).toContain(first.digest);
    expect(html).not.toMatch(/<script|<link|<img|@import|src=|url\(/);
  });

  test('the same seed gives the same digest of all tables', async () => {
    const second = await play(true);
    const of = ({ tables }: RolloutOutcome) => Object.fromEntries(tables.map(({ table, digest }) => [table, digest]));
    expect(of(second)).toEqual(of(first));
    expect(second.digest).toBe(first.digest);
  });

  test('without the incident the gate passes and nobody is held', async () => {
    const calm = await play(false);
    expect(noted(calm, 'held')).toEqual([]);
    const evaluations = calm.page.clusters.flatMap((cluster) => cluster.evaluations);
    expect(evaluations.filter(({ gate, outcome }) => gate === 'incidents' && outcome === 'failed')).toEqual([]);
    expect(calm.digest).not.toBe(first.digest);
  });
});
