import { hash } from 'node:crypto';
import type { Person } from '../people/people';
import { WHOLE_POPULATION } from '../play/reference';
import type { Scenario } from '../scenario/scenario';
import type { Sitting } from './closings';
import type { PlannedSession } from './plan-view';

const ATTEMPT_ID_CHARACTERS = 31;
/** Of the hash that decides who is resumed. */
const CHANCE_DIGITS = 8;

/** What a day of the incident does. */
export interface IncidentDay {
  readonly siteId: string;
  readonly creditedSeconds: number;
}

export interface Turnout {
  readonly scenario: Scenario;
  readonly people: ReadonlyMap<string, Person>;
  readonly seed: number;
  readonly incident: IncidentDay | null;
}

/** Who of a session's seats comes and sits, by pseudonym; the same whenever it is asked. */
export function sittingsOf(session: PlannedSession, turnout: Turnout): Sitting[] {
  const seated = [...session.seats.keys()].sort();
  return seated.flatMap((analyticsId) => {
    const person = turnout.people.get(analyticsId)!;
    return comes(person, session.formId, turnout.scenario) ? [sittingOf(session, person, turnout)] : [];
  });
}

/** One number per person orders them: whoever stayed away from the first sitting is judged again by what is left. */
function comes({ diligence }: Person, formId: string, { form, people }: Scenario): boolean {
  if (formId === form.formId) return diligence < people.turnout;
  return (diligence - people.turnout) / (1 - people.turnout) < people.makeUpTurnout;
}

function sittingOf(
  { sessionId, startsAt, durationSeconds, siteId, formId }: PlannedSession,
  { analyticsId, agency, jobLevel, theta }: Person,
  { seed, scenario, people, incident }: Turnout,
): Sitting {
  const drawn = hash('sha256', `${seed}/${formId}/${analyticsId}`);
  const chance = Number.parseInt(drawn.slice(-CHANCE_DIGITS), 16) / 16 ** CHANCE_DIGITS;
  // With fewer people one resumption is a larger share of its day, so they become rarer alike.
  const share = Math.min(1, people.size / WHOLE_POPULATION) / scenario.people.attemptsPerResume;
  const startsAtMs = Date.parse(startsAt);
  return {
    attemptId: `a${drawn.slice(0, ATTEMPT_ID_CHARACTERS)}`,
    analyticsId,
    agency,
    jobLevel,
    sessionId,
    theta,
    startsAtMs,
    endsAtMs: startsAtMs + durationSeconds * 1_000,
    creditedSeconds: incident?.siteId === siteId ? incident.creditedSeconds : 0,
    resumes: chance < share ? 1 : 0,
  };
}
