import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { schedulerData, scoringData } from '../project';
import type { Scenario } from '../scenario/scenario';
import type { FormOfItems } from '../generator/closings';
import type { RolloutPlatform } from '../system/rollout-platform';

/** The population that the gate table's smallest numbers are meant for. */
export const WHOLE_POPULATION = 68_000;
/** Below, gates that compare groups or look at a site's items can only be inconclusive or wrong, and are not asked. */
const STATISTICS_PEOPLE_MIN = 20_000;
const STATISTICAL_GATES = ['reliability', 'result-quality'];
/** Thresholds of the gate table that count people or attempts. */
const COUNTING = /\b(people|minimum)=(\d+)/g;
const AUTHOR = 'author=MenPANRB%20Tjahjo%20Kumolo&effectiveFrom=2022-03-18';
const DECIDED_BY = 'Demonstrasi Petabakat';

interface PackageFile {
  readonly packageId: string;
  readonly form: { readonly formId: string; readonly version: number };
  readonly items: readonly { readonly itemId: string; readonly key: string }[];
  readonly scales: readonly { readonly scaleId: string; readonly itemIds: readonly string[] }[];
  readonly calibration: {
    readonly items: readonly { readonly itemId: string; readonly a: number; readonly b: number }[];
  };
}

/** Imports what operations import before a rollout: the project's reference data, and the scenario's, marked as such. */
export async function importReference(
  platform: RolloutPlatform,
  scenario: Scenario,
  seed: number,
  people: number,
): Promise<void> {
  const file = (name: string) => readFileSync(join(schedulerData, name), 'utf8');
  const officer = (url: string, text: string) => platform.call('officerRini', 'POST', url, text);
  await officer('/v1/clusters', file('clusters.csv'));
  await officer(`/v1/agencies?${AUTHOR}`, file('agencies.csv'));
  await officer('/v1/agencies/memberships?scenario=true', file('scenario-memberships.csv'));
  await officer('/v1/agencies/sources', file('searched-sources.csv'));
  await officer('/v1/targets', file('targets.csv'));
  await officer('/v1/targets/published-totals', file('published-totals.csv'));
  await officer('/v1/clusters/gates', gatesFor(file('gates.csv'), people));
  await officer('/v1/clusters/ramps', rampsOf(file('ramp-plans.csv'), scenario, seed, people));
  await officer('/v1/progress/eligibility/rules', file('eligibility-rules.csv'));
}

/** With fewer people the smallest numbers that gates ask for shrink alike; shares and margins stay. */
export function gatesFor(text: string, people: number): string {
  if (people >= WHOLE_POPULATION) return text;
  const scaled = (_: string, name: string, number: string) =>
    `${name}=${Math.max(1, Math.ceil((Number(number) * people) / WHOLE_POPULATION))}`;
  return text.replace(COUNTING, scaled);
}

/** The project's gates under the scenario's canaries, with seeds that follow from the run's. */
export function rampsOf(text: string, { clusters }: Scenario, seed: number, people: number): string {
  const gates = parse<{ cluster: string; gates: string }>(text, { columns: true });
  const rows = clusters.map(({ cluster, canaryPercent }) => {
    const named = gates.find((row) => Number(row.cluster) === cluster)!.gates.split(' ');
    const asked = named.filter((gate) => people >= STATISTICS_PEOPLE_MIN || !STATISTICAL_GATES.includes(gate));
    return `${cluster},${canaryPercent},25 50 100,${asked.join(' ')},demonstration-${seed}-cluster-${cluster},${DECIDED_BY},scenario`;
  });
  return `cluster,canaryPercent,waves,gates,seed,author,source\n${rows.join('\n')}\n`;
}

/** The calibrated package of SAT12, once for the form and once for the form of those who come later. */
export async function importPackages(platform: RolloutPlatform, { form }: Scenario): Promise<Map<string, FormOfItems>> {
  const original = JSON.parse(readFileSync(join(scoringData, 'sat12-2pl.v1.json'), 'utf8')) as PackageFile;
  const forms = new Map<string, FormOfItems>();
  for (const formId of [form.formId, form.makeUpFormId]) {
    const packageId = formId === form.formId ? original.packageId : `${original.packageId}-${formId}`;
    await platform.call('analystAna', 'POST', '/v1/packages', {
      ...original,
      packageId,
      form: { formId, version: form.version },
    });
    forms.set(formId, formOf(original, formId, form.version));
  }
  return forms;
}

function formOf({ items, scales, calibration }: PackageFile, formId: string, version: number): FormOfItems {
  const curves = new Map(calibration.items.map((item) => [item.itemId, item]));
  return {
    formId,
    version,
    sectionId: scales[0]!.scaleId,
    items: items.map(({ itemId, key }) => {
      const { a, b } = curves.get(itemId)!;
      return { itemId, key, a, b };
    }),
  };
}
