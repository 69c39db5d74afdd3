/**
 * The topics of the log. Partition counts fix which partition a key belongs to, so they are never changed in place:
 * an app refuses to start on a topic with another count.
 */
export interface TopicSpec {
  /** Full topic name, with its major version. */
  readonly name: string;
  readonly partitions: number;
  /** How long records are kept, in milliseconds; -1 keeps them for ever. */
  readonly retentionMs: number;
  /** What a record is keyed by; all records of one key stand in one partition, in order. */
  readonly key: string;
}

const DAY_MS = 86_400_000;
const UNLIMITED = -1;

/** 24 partitions: the ceiling of assessment processes that can share the answers of one exam day. */
const ATTEMPT_PARTITIONS = 24;
/** 12 divides evenly over 1, 2, 3, 4 and 6 consumers. */
const BUSY_PARTITIONS = 12;
/** Topics of a few records an hour. */
const QUIET_PARTITIONS = 3;

export const TOPICS = {
  attempts: {
    name: 'petabakat.attempts.v1',
    partitions: ATTEMPT_PARTITIONS,
    retentionMs: 400 * DAY_MS,
    key: 'attemptId',
  },
  responses: { name: 'petabakat.responses.v1', partitions: BUSY_PARTITIONS, retentionMs: UNLIMITED, key: 'attemptId' },
  results: { name: 'petabakat.results.v1', partitions: BUSY_PARTITIONS, retentionMs: UNLIMITED, key: 'analyticsId' },
  sessions: { name: 'petabakat.sessions.v1', partitions: BUSY_PARTITIONS, retentionMs: UNLIMITED, key: 'sessionId' },
  roster: { name: 'petabakat.roster.v1', partitions: BUSY_PARTITIONS, retentionMs: UNLIMITED, key: 'analyticsId' },
  plan: { name: 'petabakat.plan.v1', partitions: BUSY_PARTITIONS, retentionMs: UNLIMITED, key: 'sessionId or cluster' },
  rollout: { name: 'petabakat.rollout.v1', partitions: QUIET_PARTITIONS, retentionMs: UNLIMITED, key: 'cluster' },
  records: { name: 'petabakat.records.v1', partitions: QUIET_PARTITIONS, retentionMs: UNLIMITED, key: 'service' },
  figures: { name: 'petabakat.figures.v1', partitions: QUIET_PARTITIONS, retentionMs: 90 * DAY_MS, key: 'process' },
} as const satisfies Record<string, TopicSpec>;

export type TopicAlias = keyof typeof TOPICS;

/** Topics that a service consumes; each has a topic of dead letters beside it. */
export const CONSUMED_TOPICS = ['attempts', 'responses', 'results', 'sessions', 'roster', 'plan', 'figures'] as const;

/** The dead letters of a topic: what could not be processed, with the reason, under the original key. */
export function deadLetterTopicOf(topicName: string): string {
  return topicName.replace(/\.v(\d+)$/, '.dead-letters.v$1');
}

export const DEAD_LETTER_TOPICS: readonly TopicSpec[] = CONSUMED_TOPICS.map((alias) => ({
  name: deadLetterTopicOf(TOPICS[alias].name),
  partitions: QUIET_PARTITIONS,
  retentionMs: 90 * DAY_MS,
  key: 'original key',
}));

/** Every topic that must exist before any app starts. */
export const ALL_TOPICS: readonly TopicSpec[] = [...Object.values(TOPICS), ...DEAD_LETTER_TOPICS];
