import type { QueryRunner } from 'typeorm';
import { OutboxRow } from '../outbox/outbox.entity';
import { ConsumerGap } from './consumer-gap.entity';
import { ConsumerProgress } from './consumer-progress.entity';

/** Entities that every service's data source carries, in the service's own schema. */
export const MESSAGING_ENTITIES = [ConsumerProgress, ConsumerGap, OutboxRow];

/**
 * For the first migration of a service. Room is left in the pages of the progress rows so that their updates stay in
 * place (HOT), and the outbox is vacuumed by count: it is all churn, and a share of a small table is reached too late.
 */
export async function createMessagingTables(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE consumer_progress (
      consumer_group text        NOT NULL,
      topic          text        NOT NULL,
      partition      integer     NOT NULL,
      next_offset    bigint      NOT NULL,
      updated_at     timestamptz NOT NULL,
      CONSTRAINT consumer_progress_pkey PRIMARY KEY (consumer_group, topic, partition)
    ) WITH (fillfactor = 50)`);
  await queryRunner.query(`
    CREATE TABLE consumer_gaps (
      id             bigserial   NOT NULL,
      consumer_group text        NOT NULL,
      topic          text        NOT NULL,
      partition      integer     NOT NULL,
      from_offset    bigint      NOT NULL,
      to_offset      bigint      NOT NULL,
      actor          text        NOT NULL,
      reason         text        NOT NULL,
      accepted_at    timestamptz NOT NULL,
      CONSTRAINT consumer_gaps_pkey PRIMARY KEY (id)
    )`);
  await queryRunner.query(`
    CREATE TABLE outbox (
      id           bigserial   NOT NULL,
      event_id     text        NOT NULL,
      topic        text        NOT NULL,
      key          text        NOT NULL,
      value        text        NOT NULL,
      created_at   timestamptz NOT NULL DEFAULT now(),
      published_at timestamptz,
      partition    integer,
      "offset"     bigint,
      CONSTRAINT outbox_pkey PRIMARY KEY (id),
      CONSTRAINT outbox_event_id_key UNIQUE (event_id)
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`);
  await queryRunner.query('CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at IS NULL');
}

export async function dropMessagingTables(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query('DROP TABLE outbox');
  await queryRunner.query('DROP TABLE consumer_gaps');
  await queryRunner.query('DROP TABLE consumer_progress');
}
