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
  /** Key and value of one record together; `RECORD_BYTES_MAX` where it says nothing. */
  readonly recordBytesMax?: number;
}

const DAY_MS = 86_400_000;
const UNLIMITED = -1;

/** What a log takes as one record of a topic that says nothing else: a broker's default of 1 MiB, less what stands around. */
export const RECORD_BYTES_MAX = 1_000_000;
/**
 * The closing of an attempt at the largest form (`FORM_ITEMS_MAX`), every response as long as it may be
 * (`RESPONSE_BYTES_MAX`) and 280 bytes of ids and times beside each; a usual one has 100 kB.
 */
export const CLOSING_BYTES_MAX = 10_000_000;

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
  responses: {
    name: 'petabakat.responses.v1',
    partitions: BUSY_PARTITIONS,
    retentionMs: UNLIMITED,
    key: 'attemptId',
    recordBytesMax: CLOSING_BYTES_MAX,
  },
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

/** @returns bytes of key and value that one record of the topic may have, in every log and in every outbox */
export function recordBytesMaxOf(topicName: string): number {
  return RECORD_LIMITS.get(topicName) ?? RECORD_BYTES_MAX;
}

const RECORD_LIMITS: ReadonlyMap<string, number> = new Map(
  ALL_TOPICS.map(({ name, recordBytesMax }) => [name, recordBytesMax ?? RECORD_BYTES_MAX]),
);
