import { type ClusterPlan, planClusters } from './cluster-plan';
import { type Person, personOf } from './person';
import type { Respondent, Sat12 } from './sat12';
import { scriptOf, type Step } from './script';
import { SeededRandom } from './seeded-random';

/** One number decides everything that is made up, so every run has the same people. */
const SEED = 20_220_318;

/** Somebody who comes and answers as one respondent of the data set did. */
export interface Attendee {
  readonly person: Person;
  readonly respondent: Respondent;
  readonly script: readonly Step[];
  /** Never submits: the deadline closes the attempt. */
  readonly runsOutOfTime: boolean;
}

export interface ClusterCast {
  readonly cluster: number;
  readonly registered: readonly Person[];
  readonly attendees: readonly Attendee[];
}

/** Who is registered in which cluster's agencies, who comes, and what each of them does. */
export function castOf(sat12: Sat12, people: number, agencies: ReadonlyMap<number, readonly string[]>): ClusterCast[] {
  const random = new SeededRandom(SEED);
  const respondents = random.shuffled(sat12.respondents).slice(0, people);
  let serial = 0;
  return planClusters(people).map((plan) => {
    const members = agencies.get(plan.cluster);
    if (!members || members.length === 0) throw new Error(`cluster ${plan.cluster} has no agencies`);
    const registered = Array.from({ length: plan.registered }, () => personOf(++serial, random.pick(members), random));
    return { cluster: plan.cluster, registered, attendees: attendeesOf(plan, registered, respondents, sat12, random) };
  });
}

function attendeesOf(
  plan: ClusterPlan,
  registered: readonly Person[],
  respondents: Respondent[],
  { itemIds }: Sat12,
  random: SeededRandom,
): Attendee[] {
  const mine = respondents.splice(0, plan.attending);
  const slowest = new Set(mine.toSorted((a, b) => unreached(b) - unreached(a)).slice(0, plan.runningOutOfTime));
  return mine.map((respondent, index) => ({
    person: registered[index]!,
    respondent,
    script: scriptOf(respondent.answers, itemIds, random),
    runsOutOfTime: slowest.has(respondent),
  }));
}

/** Missing answers at the end of the row: who has most of them is the likeliest to have run out of time. */
function unreached({ answers }: Respondent): number {
  return answers.length - 1 - answers.findLastIndex((answer) => answer !== null);
}
