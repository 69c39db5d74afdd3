import { DomainError, type TopicSpec } from '@app/contracts';
import type { Pool } from 'pg';

export interface KnownTopic {
  readonly topicId: number;
  readonly name: string;
  readonly partitions: number;
}

/** Topics by name. They never change once made, so what was found is kept. */
export class TopicRepository {
  private readonly known = new Map<string, KnownTopic>();

  constructor(private readonly pool: Pool) {}

  /** Refuses `log.topic-missing`. */
  async get(name: string): Promise<KnownTopic> {
    const known = this.known.get(name);
    if (known) return known;
    await this.load([name]);
    const found = this.known.get(name);
    if (!found) throw missing([name]);
    return found;
  }

  /** Makes what is missing; refuses `log.partition-count` before it makes anything where a count differs. */
  async create(specs: readonly TopicSpec[]): Promise<void> {
    await this.load(specs.map(({ name }) => name));
    this.assertCounts(specs);
    const parameters = [
      specs.map(({ name }) => name),
      specs.map(({ partitions }) => partitions),
      specs.map(({ retentionMs }) => retentionMs),
    ];
    await this.pool.query(
      `WITH wanted AS (
         SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS w(name, partitions, retention_ms)
       ), made AS (
         INSERT INTO topic (name, partitions, retention_ms) SELECT * FROM wanted ORDER BY name
         ON CONFLICT (name) DO UPDATE SET retention_ms = EXCLUDED.retention_ms
         RETURNING topic_id, partitions
       )
       INSERT INTO head (topic_id, partition)
       SELECT topic_id, generate_series(0, partitions - 1) FROM made ORDER BY 1, 2
       ON CONFLICT DO NOTHING`,
      parameters,
    );
    // Another process may have made one of them with another count at the same moment.
    await this.verify(specs);
  }

  /** Refuses `log.topic-missing` or `log.partition-count`, naming the topics. */
  async verify(specs: readonly TopicSpec[]): Promise<void> {
    await this.load(specs.map(({ name }) => name));
    const absent = specs.filter(({ name }) => !this.known.has(name)).map(({ name }) => name);
    if (absent.length > 0) throw missing(absent);
    this.assertCounts(specs);
  }

  private async load(names: readonly string[]): Promise<void> {
    const found = await this.pool.query<KnownTopic>(
      'SELECT topic_id AS "topicId", name, partitions FROM topic WHERE name = ANY($1)',
      [names],
    );
    for (const name of names) this.known.delete(name);
    for (const topic of found.rows) this.known.set(topic.name, topic);
  }

  private assertCounts(specs: readonly TopicSpec[]): void {
    const problems = specs.flatMap(({ name, partitions }) => {
      const found = this.known.get(name)?.partitions ?? partitions;
      return found === partitions ? [] : [{ at: name, message: `has ${found} partitions, must have ${partitions}` }];
    });
    if (problems.length === 0) return;
    const detail = problems.map(({ at, message }) => `${at} ${message}`).join('; ');
    throw new DomainError('log.partition-count', detail, { problems });
  }
}

function missing(names: readonly string[]): DomainError {
  const problems = names.map((at) => ({ at, message: 'is missing' }));
  return new DomainError('log.topic-missing', `Missing: ${names.join(', ')}.`, { problems });
}
