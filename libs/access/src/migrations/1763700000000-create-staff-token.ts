import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateStaffToken1763700000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE staff_token (
        id         bigint      GENERATED ALWAYS AS IDENTITY,
        account    text        NOT NULL,
        roles      text[]      NOT NULL,
        sessions   text[],
        token_hash text        NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        revoked_at timestamptz,
        CONSTRAINT staff_token_pkey PRIMARY KEY (id)
      )
    `);
    await queryRunner.query('CREATE UNIQUE INDEX staff_token_hash ON staff_token (token_hash)');
    // An account has one token at a time, so that a revocation is complete.
    await queryRunner.query(
      'CREATE UNIQUE INDEX staff_token_active_account ON staff_token (account) WHERE revoked_at IS NULL',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE staff_token');
  }
}
