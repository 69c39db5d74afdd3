import type { AnswerResponse } from '@app/contracts';
import type { EntityManager } from 'typeorm';
import type { AttemptNeeds } from './attempt.store';
import type { FoldedChanges } from './domain/attempt-history';
import {
  type AnswerRecord,
  type AttemptHeader,
  type AttemptState,
  type ConflictRecord,
  deadlineOf,
  emptyState,
  statusOf,
} from './domain/attempt-state';

interface AnswerRow {
  attempt_id: string;
  seq: string;
  item_id: string;
  response: AnswerResponse;
  answered_at: string;
  received_at: Date;
  commitment: string;
  position: string;
  is_current: boolean;
}

const ANSWER_COLUMNS =
  'e.attempt_id, e.seq, e.item_id, e.response, e.answered_at, e.received_at, e.commitment, e.position';

/** A cleared answer is the JSON value null; json_to_recordset would make SQL's NULL of it. */
const RESPONSE = `coalesce(response, 'null'::jsonb)`;

/** All SQL of the fold. One transaction per batch; the caller holds the fence. */
export class AttemptsRepository {
  async load(manager: EntityManager, needs: AttemptNeeds): Promise<Map<string, AttemptState>> {
    const states = new Map([...needs.attemptIds, ...needs.wholeIds].map((id) => [id, emptyState(id)]));
    for (const header of await this.headers(manager, [...states.keys()])) states.get(header.attemptId)!.header = header;
    const rows = [
      ...(await this.touchedAnswers(manager, needs.touched)),
      ...(await this.wholeAnswers(manager, needs.wholeIds)),
    ];
    for (const row of rows) {
      const state = states.get(row.attempt_id)!;
      const answer = answerOf(row);
      state.answers.set(answer.seq, answer);
      if (row.is_current) state.current.set(answer.itemId, answer);
    }
    return states;
  }

  /** Records that withhold the responses of their attempts until a person has decided. */
  async countOpenDeadLetters(manager: EntityManager): Promise<number> {
    const [row]: { open: number }[] = await manager.query(
      `SELECT coalesce(sum(jsonb_array_length(header->'openDeadLetters')), 0)::int AS open FROM attempts`,
    );
    return row!.open;
  }

  /** Writes what the fold returned, and nothing else. */
  async save(manager: EntityManager, changes: FoldedChanges): Promise<void> {
    if (changes.answers.length > 0) await this.insertAnswers(manager, changes.answers);
    if (changes.conflicts.length > 0) await this.insertConflicts(manager, changes.conflicts);
    const current = [...changes.current.values()].flatMap((items) => [...items.values()]);
    if (current.length > 0) await this.raiseCurrent(manager, current);
    if (changes.rejudged.size > 0) await this.replaceCurrent(manager, changes.rejudged);
    if (changes.headers.size > 0) await this.upsertHeaders(manager, [...changes.headers.values()]);
    if (changes.closed.length > 0) await this.insertClosings(manager, changes.closed);
  }

  async header(manager: EntityManager, attemptId: string): Promise<AttemptHeader | null> {
    return (await this.headers(manager, [attemptId]))[0] ?? null;
  }

  private async headers(manager: EntityManager, attemptIds: readonly string[]): Promise<AttemptHeader[]> {
    const rows = await manager.query<{ header: AttemptHeader }[]>(
      'SELECT header FROM attempts WHERE attempt_id = ANY($1)',
      [attemptIds],
    );
    return rows.map((row) => row.header);
  }

  /** For each touched answer: the first record of its `seq`, and the answer that counts for its item. */
  private async touchedAnswers(manager: EntityManager, touched: AttemptNeeds['touched']): Promise<AnswerRow[]> {
    if (touched.length === 0) return [];
    return manager.query(
      `WITH touched AS (
         SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[]) AS t(attempt_id, seq, item_id)
       ), wanted AS (
         SELECT attempt_id, seq, false AS is_current FROM touched
         UNION ALL
         SELECT a.attempt_id, a.seq, true
           FROM (SELECT DISTINCT attempt_id, item_id FROM touched) t JOIN answers a USING (attempt_id, item_id)
       )
       SELECT ${ANSWER_COLUMNS}, bool_or(w.is_current) AS is_current
         FROM wanted w JOIN answer_events e USING (attempt_id, seq)
        GROUP BY e.attempt_id, e.seq`,
      [touched.map((one) => one.attemptId), touched.map((one) => one.seq), touched.map((one) => one.itemId)],
    );
  }

  private async wholeAnswers(manager: EntityManager, attemptIds: readonly string[]): Promise<AnswerRow[]> {
    if (attemptIds.length === 0) return [];
    return manager.query(
      `SELECT ${ANSWER_COLUMNS}, a.seq IS NOT NULL AS is_current
         FROM answer_events e LEFT JOIN answers a USING (attempt_id, item_id, seq)
        WHERE e.attempt_id = ANY($1)`,
      [attemptIds],
    );
  }

  private async insertAnswers(manager: EntityManager, answers: readonly AnswerRecord[]): Promise<void> {
    const inserted = await manager.query<{ seq: string }[]>(
      `INSERT INTO answer_events (attempt_id, seq, item_id, response, answered_at, received_at, commitment, position)
       SELECT attempt_id, seq, item_id, ${RESPONSE}, answered_at, received_at, commitment, position
         FROM json_to_recordset($1) AS t(attempt_id text, seq bigint, item_id text, response jsonb, answered_at text,
                                         received_at timestamptz, commitment text, position bigint)
       ON CONFLICT (attempt_id, seq) DO NOTHING RETURNING seq`,
      [JSON.stringify(answers.map(eventRow))],
    );
    // The fold has seen what is stored: a row that exists already means that somebody else wrote behind the fence.
    if (inserted.length !== answers.length) throw new Error('an answer that the fold took for new is stored already');
  }

  private async insertConflicts(manager: EntityManager, conflicts: readonly ConflictRecord[]): Promise<void> {
    await manager.query(
      `INSERT INTO answer_conflicts (attempt_id, position, seq, item_id, response, received_at, commitment)
       SELECT attempt_id, position, seq, item_id, ${RESPONSE}, received_at, commitment
         FROM json_to_recordset($1) AS t(attempt_id text, position bigint, seq bigint, item_id text, response jsonb,
                                         received_at timestamptz, commitment text)
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(conflicts.map(eventRow))],
    );
  }

  /** Guarded: an older answer never replaces a newer one, whatever was loaded. */
  private async raiseCurrent(manager: EntityManager, answers: readonly AnswerRecord[]): Promise<void> {
    await manager.query(
      `INSERT INTO answers AS a (attempt_id, item_id, seq, response)
       SELECT attempt_id, item_id, seq, ${RESPONSE}
         FROM json_to_recordset($1) AS t(attempt_id text, item_id text, seq bigint, response jsonb)
       ON CONFLICT (attempt_id, item_id) DO UPDATE SET seq = EXCLUDED.seq, response = EXCLUDED.response
        WHERE EXCLUDED.seq > a.seq`,
      [JSON.stringify(answers.map(eventRow))],
    );
  }

  private async replaceCurrent(manager: EntityManager, rejudged: FoldedChanges['rejudged']): Promise<void> {
    const counted = [...rejudged.values()].flatMap((items) => [...items.values()]);
    await manager.query(
      `DELETE FROM answers a WHERE a.attempt_id = ANY($1)
          AND NOT EXISTS (SELECT FROM unnest($2::text[], $3::text[]) AS t(attempt_id, item_id)
                           WHERE t.attempt_id = a.attempt_id AND t.item_id = a.item_id)`,
      [[...rejudged.keys()], counted.map((one) => one.attemptId), counted.map((one) => one.itemId)],
    );
    await manager.query(
      `INSERT INTO answers AS a (attempt_id, item_id, seq, response)
       SELECT attempt_id, item_id, seq, ${RESPONSE}
         FROM json_to_recordset($1) AS t(attempt_id text, item_id text, seq bigint, response jsonb)
       ON CONFLICT (attempt_id, item_id) DO UPDATE SET seq = EXCLUDED.seq, response = EXCLUDED.response
        WHERE EXCLUDED.seq <> a.seq`,
      [JSON.stringify(counted.map(eventRow))],
    );
  }

  private async upsertHeaders(manager: EntityManager, headers: readonly AttemptHeader[]): Promise<void> {
    await manager.query(
      `INSERT INTO attempts (attempt_id, session_id, status, deadline_at, closing, version, header)
       SELECT attempt_id, session_id, status, deadline_at, closing, version, header
         FROM json_to_recordset($1) AS t(attempt_id text, session_id text, status text, deadline_at timestamptz,
                                         closing integer, version integer, header jsonb)
       ON CONFLICT (attempt_id) DO UPDATE SET status = EXCLUDED.status, deadline_at = EXCLUDED.deadline_at,
         closing = EXCLUDED.closing, version = EXCLUDED.version, header = EXCLUDED.header`,
      [JSON.stringify(headers.map(headerRow))],
    );
  }

  private async insertClosings(manager: EntityManager, closed: FoldedChanges['closed']): Promise<void> {
    await manager.query(
      `INSERT INTO closings (attempt_id, closing, closed_by, root)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[])`,
      [
        closed.map((one) => one.attemptId),
        closed.map((one) => one.closing),
        closed.map((one) => one.closedBy),
        closed.map((one) => one.root),
      ],
    );
  }
}

function answerOf(row: AnswerRow): AnswerRecord {
  return {
    attemptId: row.attempt_id,
    seq: Number(row.seq),
    itemId: row.item_id,
    response: row.response,
    answeredAt: row.answered_at,
    receivedAtMs: row.received_at.getTime(),
    commitment: row.commitment,
    offset: Number(row.position),
  };
}

function eventRow(record: AnswerRecord | ConflictRecord) {
  return {
    attempt_id: record.attemptId,
    seq: record.seq,
    item_id: record.itemId,
    response: record.response,
    answered_at: 'answeredAt' in record ? record.answeredAt : undefined,
    received_at: new Date(record.receivedAtMs).toISOString(),
    commitment: record.commitment,
    position: record.offset,
  };
}

function headerRow(header: AttemptHeader) {
  const deadlineMs = deadlineOf(header);
  return {
    attempt_id: header.attemptId,
    session_id: header.sessionId,
    status: statusOf(header),
    deadline_at: deadlineMs === null ? null : new Date(deadlineMs).toISOString(),
    closing: header.closing,
    version: header.version,
    header,
  };
}
