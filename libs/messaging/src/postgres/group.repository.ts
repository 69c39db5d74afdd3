import type { Pool } from 'pg';

/** What one member has of one topic, and how much it may have. */
export interface Holding {
  readonly memberId: string;
  readonly topicId: number;
  /** Shares differ by one at most, and add up to the partitions of the topic. */
  readonly quota: number;
  /** Partitions leased to the member, ascending. */
  readonly partitions: readonly number[];
}

/** Members whose row has been dead for this long are nobody's owner any more. */
const FORGET_AFTER = "interval '1 hour'";

/**
 * Only a member that is still alive is renewed: one that expired may have lost its partitions to others and has to begin
 * anew. All times are the server's. Members are ranked by their random id; adding the topic's number to the rank gives
 * the odd partitions of different topics to different members.
 */
const RENEW = `
  WITH renewed AS (
    UPDATE member SET expires_at = clock_timestamp() + $2 * interval '1 millisecond'
    WHERE member_id = ANY($1::uuid[]) AND expires_at > clock_timestamp()
    RETURNING member_id, topic_id, consumer_group
  ), ranked AS (
    SELECT member_id, topic_id,
      row_number() OVER (PARTITION BY consumer_group, topic_id ORDER BY member_id) + topic_id AS rank,
      count(*) OVER (PARTITION BY consumer_group, topic_id) AS members
    FROM member
    WHERE expires_at > clock_timestamp()
      AND (consumer_group, topic_id) IN (SELECT consumer_group, topic_id FROM renewed)
  )
  SELECT renewed.member_id AS "memberId", renewed.topic_id AS "topicId",
    partitions / members + CASE WHEN rank % members < partitions % members THEN 1 ELSE 0 END AS quota,
    ARRAY(
      SELECT lease.partition FROM lease
      WHERE lease.consumer_group = renewed.consumer_group AND lease.topic_id = renewed.topic_id
        AND lease.owner_id = renewed.member_id
      ORDER BY lease.partition
    ) AS partitions
  FROM renewed JOIN ranked USING (member_id, topic_id) JOIN topic USING (topic_id)`;

const JOIN = `
  WITH joined AS (
    INSERT INTO member (member_id, topic_id, consumer_group, expires_at)
    SELECT $1::uuid, topic_id, $2, clock_timestamp() + $4 * interval '1 millisecond'
    FROM topic WHERE topic_id = ANY($3::integer[])
  ), forgotten AS (
    DELETE FROM member WHERE expires_at < clock_timestamp() - ${FORGET_AFTER}
  )
  INSERT INTO lease (consumer_group, topic_id, partition)
  SELECT $2, topic_id, generate_series(0, partitions - 1) FROM topic WHERE topic_id = ANY($3::integer[])
  ORDER BY 1, 2, 3
  ON CONFLICT DO NOTHING`;

/** Leases without a living owner, skipping those that another member is just taking. */
const TAKE = `
  WITH free AS (
    SELECT partition FROM lease
    WHERE consumer_group = $2 AND topic_id = $3 AND NOT EXISTS (
      SELECT 1 FROM member
      WHERE member_id = lease.owner_id AND topic_id = lease.topic_id AND expires_at > clock_timestamp()
    )
    ORDER BY partition LIMIT $4
    FOR UPDATE SKIP LOCKED
  )
  UPDATE lease SET owner_id = $1
  FROM free
  WHERE consumer_group = $2 AND topic_id = $3 AND lease.partition = free.partition
  RETURNING lease.partition`;

/** Who is alive in which consumer group, and who holds which partition. */
export class GroupRepository {
  constructor(
    private readonly pool: Pool,
    private readonly leaseMs: number,
  ) {}

  /** @returns id of the new member, never given before */
  async join(group: string, topicIds: readonly number[]): Promise<string> {
    const { rows } = await this.pool.query<{ id: string }>('SELECT gen_random_uuid() AS id');
    const memberId = rows[0]!.id;
    await this.pool.query(JOIN, [memberId, group, topicIds, this.leaseMs]);
    return memberId;
  }

  /** Extends the life of the members by one lease. A member that is missing in the answer has expired. */
  async renew(memberIds: readonly string[]): Promise<Holding[]> {
    const result = await this.pool.query<Holding>({ name: 'renew', text: RENEW, values: [memberIds, this.leaseMs] });
    return result.rows;
  }

  /** @returns partitions that the member got, at most `limit` */
  async take(memberId: string, group: string, topicId: number, limit: number): Promise<number[]> {
    const result = await this.pool.query<{ partition: number }>({
      name: 'take',
      text: TAKE,
      values: [memberId, group, topicId, limit],
    });
    return result.rows.map(({ partition }) => partition);
  }

  async release(memberId: string, group: string, topicId: number, partition: number): Promise<void> {
    await this.pool.query(
      `UPDATE lease SET owner_id = NULL
       WHERE consumer_group = $2 AND topic_id = $3 AND partition = $4 AND owner_id = $1`,
      [memberId, group, topicId, partition],
    );
  }

  /** Gives back everything at once, so that nobody has to wait for the lease to expire. */
  async leave(memberId: string, group: string): Promise<void> {
    await this.pool.query(
      `WITH left_group AS (DELETE FROM member WHERE member_id = $1)
       UPDATE lease SET owner_id = NULL WHERE consumer_group = $2 AND owner_id = $1`,
      [memberId, group],
    );
  }
}
