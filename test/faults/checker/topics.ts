export const ATTEMPTS = 'petabakat.attempts.v1';
export const ATTEMPTS_DEAD_LETTERS = 'petabakat.attempts.dead-letters.v1';
export const RESPONSES = 'petabakat.responses.v1';
export const RESULTS = 'petabakat.results.v1';
export const SESSIONS = 'petabakat.sessions.v1';
export const ROSTER = 'petabakat.roster.v1';
export const PLAN = 'petabakat.plan.v1';
export const ROLLOUT = 'petabakat.rollout.v1';

/** What belongs to one attempt or session. Dead letters come first: what was set aside is judged as set aside. */
export const ATTEMPT_TOPICS: readonly string[] = [ATTEMPTS_DEAD_LETTERS, ATTEMPTS, RESPONSES, RESULTS, SESSIONS];
/** What the rollout is decided on, and what it decided. */
export const ROLLOUT_TOPICS: readonly string[] = [RESPONSES, RESULTS, SESSIONS, ROSTER, PLAN, ROLLOUT];
export const JUDGED_TOPICS: readonly string[] = [...new Set([...ATTEMPT_TOPICS, ...ROLLOUT_TOPICS])];

/** Topics that lie still once everybody has left; gates may be evaluated at any time. */
export const STILL_TOPICS: readonly string[] = JUDGED_TOPICS.filter((topic) => topic !== ROLLOUT);

export function positionOf(topic: string, partition: number, offset: number): string {
  return `${topic}/${partition}@${offset}`;
}
