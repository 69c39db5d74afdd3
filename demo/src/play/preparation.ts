import type { RolloutFiles } from '../cast/agencies';
import type { ClusterCast } from '../cast/cast';
import type { Person } from '../cast/person';
import { OPTIONS, type Sat12 } from '../cast/sat12';
import type { PlatformClient } from '../client/platform.client';
import { until } from '../client/waiting';
import { FORM_ID, FORM_VERSION } from './session-plan';

const DECIDED = 'effectiveFrom=2022-03-18&author=MenPANRB+Tjahjo+Kumolo';
/** Events of a whole roster reach the scheduler within a second or two. */
const ROSTER_TIMEOUT_MS = 30_000;

/** Everything that is there before the first session: rollout, form, package, people. */
export async function importEverything(
  platform: PlatformClient,
  files: RolloutFiles,
  sat12: Sat12,
  casts: readonly ClusterCast[],
): Promise<void> {
  await platform.importCsv('/v1/clusters', files.clusters);
  await platform.importCsv(`/v1/agencies?${DECIDED}`, files.agencies);
  await platform.importCsv('/v1/agencies/memberships?scenario=true', files.scenario);
  await platform.importForm(formOf(sat12));
  await platform.importPackage(packageOf(sat12));
  await platform.importCsv('/v1/participants/import', participantsCsv(casts.flatMap(({ registered }) => registered)));
}

/** Pseudonyms of all people, once the scheduler has heard of them. */
export async function pseudonymsOf(platform: PlatformClient, people: number): Promise<Map<string, string>> {
  await until('the scheduler knows everybody', ROSTER_TIMEOUT_MS, async () => {
    const { total } = await platform.progress();
    return total.registered === people;
  });
  const [, ...rows] = (await platform.pseudonyms()).trim().split('\n');
  return new Map(rows.map((row) => row.split(',') as [string, string]));
}

function formOf({ itemIds }: Sat12): object {
  const options = OPTIONS.map((optionId) => ({ optionId, text: `Option ${optionId}` }));
  const items = itemIds.map((itemId, index) => ({ itemId, prompt: `Science item ${index + 1}`, options }));
  return {
    formId: FORM_ID,
    version: FORM_VERSION,
    title: 'SAT12: science assessment, grade 12',
    sections: [{ sectionId: 'science', title: 'Science', items }],
  };
}

function packageOf({ itemIds, key }: Sat12): object {
  return {
    packageId: 'sat12-sum',
    version: 1,
    form: { formId: FORM_ID, version: FORM_VERSION },
    estimator: 'sum',
    items: itemIds.map((itemId, index) => ({ itemId, key: key[index] })),
    scales: [{ scaleId: 'science', itemIds }],
  };
}

const COLUMNS = [
  'participantNumber',
  'name',
  'nip',
  'agency',
  'jobLevel',
  'performance',
  'dutyRegion',
  'education',
  'retirementYear',
] as const;

function participantsCsv(people: readonly Person[]): string {
  const rows = people.map((person) => COLUMNS.map((column) => person[column]).join());
  return `${[COLUMNS.join(), ...rows].join('\n')}\n`;
}
