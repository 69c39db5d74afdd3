import { TOPICS, deadLetterTopicOf, decodeRecord, type RecordDeadLettered } from '@app/contracts';
import type { EventLog } from '@app/messaging';
import type { DataSource } from 'typeorm';
import { rootOf } from '../attempts/attempt-batch.service';
import { AttemptsRepository } from '../attempts/attempts.repository';
import { type KeyedRecord, foldRecords } from '../attempts/domain/attempt-history';
import { type AttemptState, emptyState } from '../attempts/domain/attempt-state';

/** Records read at once; a few megabytes. */
const READ_RECORDS_MAX = 2_000;
/** Attempts compared by one statement. */
const COMPARE_ATTEMPTS_MAX = 500;
/** Where there are more, something is wrong as a whole and a longer list helps nobody. */
const DIFFERENCES_MAX = 100;

export interface ReplayProgress {
  readonly partition: number;
  readonly records: number;
  readonly total: number;
}

export interface ReplayReport {
  readonly records: number;
  readonly attempts: number;
  readonly answers: number;
  readonly closings: number;
  /** The first hundred places where a table is not what the log says. */
  readonly differences: readonly string[];
}

/**
 * Folds the attempts topic from offset 0 and compares every table with what comes of it. Looks at each partition up to
 * the position that the tables have reached; run it while no answers come in, or it may be overtaken.
 */
export class ReplayVerifier {
  private readonly repository = new AttemptsRepository();
  private readonly topic = TOPICS.attempts;
  private readonly differences: string[] = [];
  private readonly counts = { records: 0, attempts: 0, answers: 0, closings: 0 };

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly group: string,
  ) {}

  async verify(onProgress: (progress: ReplayProgress) => void = () => undefined): Promise<ReplayReport> {
    const rejected = await this.handlerDeadLetters();
    const positions = await this.positions();
    const total = [...positions.values()].reduce((sum, position) => sum + position, 0);
    for (const [partition, position] of positions) {
      const { states, roots } = await this.fold(partition, position, rejected, () =>
        onProgress({ partition, records: this.counts.records, total }),
      );
      await this.compare(states, roots);
    }
    return { ...this.counts, differences: this.differences };
  }

  private async fold(partition: number, position: number, rejected: ReadonlySet<string>, onRead: () => void) {
    const states = new Map<string, AttemptState>();
    const roots = new Map<string, string>();
    for (let offset = 0; offset < position;) {
      const records = (await this.log.read(this.topic.name, partition, offset, READ_RECORDS_MAX)).filter(
        (one) => one.offset < position,
      );
      if (records.length === 0)
        throw new Error(`the log ends at ${partition}:${offset}, before the position ${position}`);
      const keyed = records.map((one) => this.keyed(partition, one, rejected));
      for (const { attemptId } of keyed) if (!states.has(attemptId)) states.set(attemptId, emptyState(attemptId));
      for (const closed of foldRecords(states, keyed, rootOf).closed)
        roots.set(`${closed.attemptId}/${closed.closing}`, closed.root);
      offset = records.at(-1)!.offset + 1;
      this.counts.records += records.length;
      onRead();
    }
    return { states, roots };
  }

  private keyed(
    partition: number,
    record: { offset: number; key: string; value: string },
    rejected: ReadonlySet<string>,
  ): KeyedRecord {
    const { offset, key } = record;
    const decoded = decodeRecord(this.topic.name, key, record.value);
    if (!decoded.ok || rejected.has(`${partition}:${offset}`))
      return { attemptId: key, record: { kind: 'rejected', partition, offset } };
    return {
      attemptId: key,
      record: { kind: 'event', partition, offset, id: decoded.event.id, name: decoded.name, data: decoded.event.data },
    };
  }

  private async compare(states: ReadonlyMap<string, AttemptState>, roots: ReadonlyMap<string, string>): Promise<void> {
    const ids = [...states.keys()];
    for (let from = 0; from < ids.length; from += COMPARE_ATTEMPTS_MAX) {
      const some = ids.slice(from, from + COMPARE_ATTEMPTS_MAX);
      const stored = await this.repository.load(this.dataSource.manager, {
        attemptIds: [],
        wholeIds: some,
        touched: [],
      });
      for (const id of some) this.compareAttempt(states.get(id)!, stored.get(id)!);
      await this.compareClosings(some, roots);
    }
    this.counts.attempts += ids.length;
    this.counts.closings += roots.size;
  }

  private compareAttempt(replayed: AttemptState, stored: AttemptState): void {
    this.counts.answers += replayed.answers.size;
    const { attemptId } = replayed;
    if (!same(replayed.header, stored.header)) this.differs(`attempts: ${attemptId}`);
    for (const [seq, answer] of replayed.answers)
      if (!same(answer, stored.answers.get(seq))) this.differs(`answer_events: ${attemptId} seq ${seq}`);
    for (const seq of stored.answers.keys())
      if (!replayed.answers.has(seq)) this.differs(`answer_events: ${attemptId} seq ${seq} is not in the log`);
    const currents = new Set([...replayed.current.keys(), ...stored.current.keys()]);
    for (const itemId of currents) {
      if (replayed.current.get(itemId)?.seq !== stored.current.get(itemId)?.seq)
        this.differs(`answers: ${attemptId} item ${itemId}`);
    }
  }

  private async compareClosings(attemptIds: readonly string[], roots: ReadonlyMap<string, string>): Promise<void> {
    const rows = await this.dataSource.query<{ key: string; root: string }[]>(
      `SELECT attempt_id || '/' || closing AS key, root FROM closings WHERE attempt_id = ANY($1)`,
      [attemptIds],
    );
    const stored = new Map(rows.map((row) => [row.key, row.root]));
    const wanted = new Set(attemptIds);
    const replayed = [...roots].filter(([key]) => wanted.has(key.slice(0, key.lastIndexOf('/'))));
    for (const [key, root] of replayed) if (stored.get(key) !== root) this.differs(`closings: ${key}`);
    if (stored.size > replayed.length)
      this.differs(`closings: ${stored.size - replayed.length} more than the log gives`);
  }

  private differs(where: string): void {
    if (this.differences.length < DIFFERENCES_MAX) this.differences.push(where);
  }

  /** Records that passed their schema and failed in the database are rejected in a replay as they were then. */
  private async handlerDeadLetters(): Promise<Set<string>> {
    const rejected = new Set<string>();
    const topicName = deadLetterTopicOf(this.topic.name);
    for (const [partition, range] of await this.log.ranges(topicName)) {
      for (let offset = range.startOffset; offset < range.endOffset;) {
        const records = await this.log.read(topicName, partition, offset, READ_RECORDS_MAX);
        if (records.length === 0) break;
        for (const { value } of records) {
          const { data } = JSON.parse(value) as { data: RecordDeadLettered };
          if (data.group === this.group) rejected.add(`${data.partition}:${data.offset}`);
        }
        offset = records.at(-1)!.offset + 1;
      }
    }
    return rejected;
  }

  private async positions(): Promise<Map<number, number>> {
    const rows = await this.dataSource.query<{ partition: number; next_offset: string }[]>(
      'SELECT partition, next_offset FROM consumer_progress WHERE consumer_group = $1 AND topic = $2 ORDER BY partition',
      [this.group, this.topic.name],
    );
    return new Map(rows.map((row) => [row.partition, Number(row.next_offset)]));
  }
}

/** jsonb keeps no field order. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
