import { join } from 'node:path';
import { RESPONDENTS_MAX, RESPONDENTS_MIN } from '../options';
import { expectedScore } from '../verify/expected-score';
import { readRolloutFiles } from './agencies';
import { type Attendee, castOf } from './cast';
import { planClusters } from './cluster-plan';
import { readSat12 } from './sat12';

const root = join(__dirname, '..', '..', '..');
const sat12 = readSat12(join(root, 'demo', 'data'));
const { members } = readRolloutFiles(join(root, 'apps', 'scheduler', 'data'));
const casts = castOf(sat12, RESPONDENTS_MAX, members);
const attendees = casts.flatMap((cast) => cast.attendees);

/** What is left of a script once everything has been sent. */
function remains({ script }: Attendee): (string | null)[] {
  const last = new Map(script.flatMap((step) => step.answers.map(({ itemId, response }) => [itemId, response])));
  return sat12.itemIds.map((itemId) => last.get(itemId) ?? null);
}

describe('the cast', () => {
  test('600 of 660 registered people come, 30 run out of time, 44 of 60 absentees are in the last cluster', () => {
    expect(planClusters(RESPONDENTS_MAX)).toEqual([
      { cluster: 1, registered: 130, attending: 126, runningOutOfTime: 6 },
      { cluster: 2, registered: 130, attending: 126, runningOutOfTime: 6 },
      { cluster: 3, registered: 130, attending: 126, runningOutOfTime: 6 },
      { cluster: 4, registered: 130, attending: 126, runningOutOfTime: 6 },
      { cluster: 5, registered: 140, attending: 96, runningOutOfTime: 6 },
    ]);
  });

  test('whatever the number of people, four clusters can pass their gate and the last cannot', () => {
    for (let people = RESPONDENTS_MIN; people <= RESPONDENTS_MAX; people++) {
      const plans = planClusters(people);
      const last = plans.pop()!;
      expect(plans.every((plan) => plan.attending >= 0.8 * plan.registered)).toBe(true);
      expect(last.attending).toBeLessThan(0.8 * last.registered);
      expect([...plans, last].reduce((sum, plan) => sum + plan.attending, 0)).toBe(people);
    }
  });

  test('the gate of the first four passes without those who run out of time', () => {
    for (const { registered, attending, runningOutOfTime } of planClusters(RESPONDENTS_MAX).slice(0, -1)) {
      expect(attending - runningOutOfTime).toBeGreaterThanOrEqual(0.8 * registered);
    }
  });

  test('each respondent of the data set is played once', () => {
    expect(new Set(attendees.map(({ respondent }) => respondent.row)).size).toBe(RESPONDENTS_MAX);
  });

  test('what remains of a script is exactly the row of the CSV', () => {
    for (const attendee of attendees) expect(remains(attendee)).toEqual(attendee.respondent.answers);
  });

  test('scripts change, clear, repeat, double and bundle answers', () => {
    const steps = attendees.flatMap(({ script }) => script);
    const responses = steps.flatMap((step) => step.answers.map(({ response }) => response));
    expect(responses.filter((response) => response === null).length).toBeGreaterThan(20);
    expect(steps.filter(({ repeated }) => repeated).length).toBeGreaterThan(500);
    expect(steps.filter(({ twiceAtOnce }) => twiceAtOnce).length).toBeGreaterThan(500);
    expect(steps.filter((step) => step.answers.length > 1).length).toBeGreaterThan(300);
    expect(responses.length).toBeGreaterThan(600 * 32);
  });

  test('nobody shares a participant number or a NIP, and everybody is in an agency of the cluster', () => {
    const people = casts.flatMap((cast) => cast.registered);
    expect(new Set(people.map(({ participantNumber }) => participantNumber)).size).toBe(660);
    expect(new Set(people.map(({ nip }) => nip)).size).toBe(660);
    for (const { cluster, registered } of casts) {
      expect(registered.every(({ agency }) => members.get(cluster)!.includes(agency))).toBe(true);
    }
  });

  test('the same seed gives the same people and scripts', () => {
    expect(castOf(sat12, RESPONDENTS_MAX, members)).toEqual(casts);
  });

  test('the mean score is that of the data set', () => {
    const scores = sat12.respondents.map(
      ({ answers }) => answers.filter((answer, index) => answer === sat12.key[index]).length,
    );
    const expected = attendees.map((attendee) => expectedScore(attendee, sat12).score);
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(expected)).toBe(sum(scores));
  });

  test('only who runs out of time has items not reached', () => {
    const counts = attendees.map((attendee) => ({ attendee, ...expectedScore(attendee, sat12) }));
    for (const { answered, omitted, notReached } of counts) expect(answered + omitted + notReached).toBe(32);
    expect(counts.filter(({ attendee, notReached }) => notReached > 0 && !attendee.runsOutOfTime)).toEqual([]);
    expect(counts.filter(({ notReached }) => notReached > 0).length).toBeGreaterThan(0);
  });
});
