import { type FreshDatabase, freshDatabase } from '@app/testing';
import {
  Column,
  type DataSource,
  Entity,
  Index,
  type MigrationInterface,
  PrimaryColumn,
  type QueryRunner,
} from 'typeorm';
import { createDataSource } from './data-source';
import { migrate } from './migrate';
import { assertNoDrift } from './schema-drift';

@Entity('seat')
@Index('seat_by_room', ['room'])
class Seat {
  @PrimaryColumn('bigint')
  id: string;

  @Column('text')
  room: string;

  @Column('timestamptz', { name: 'taken_at', nullable: true })
  takenAt: Date | null;
}

class MakeSeats1700000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE TABLE seat (id bigint PRIMARY KEY, room text NOT NULL, taken_at timestamptz)');
    await queryRunner.query('CREATE INDEX seat_by_room ON seat (room)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE seat');
  }
}

describe('drift between entities and migrations', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = createDataSource({
      url: database.url,
      schema: 'drift',
      entities: [Seat],
      migrations: [MakeSeats1700000000000],
      poolSize: 1,
      applicationName: 'test',
    });
    await migrate(dataSource);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  test('a schema that its migrations made as the entities say has none', async () => {
    await assertNoDrift(dataSource);
  });

  test.each([
    ['a missing column', 'ALTER TABLE seat DROP COLUMN taken_at', 'ALTER TABLE seat ADD taken_at timestamptz'],
    ['another type', 'ALTER TABLE seat ALTER room TYPE varchar(10)', 'ALTER TABLE seat ALTER room TYPE text'],
    ['a column too many', 'ALTER TABLE seat ADD row integer', 'ALTER TABLE seat DROP COLUMN row'],
    ['a missing index', 'DROP INDEX seat_by_room', 'CREATE INDEX seat_by_room ON seat (room)'],
    [
      'a column that may be null',
      'ALTER TABLE seat ALTER room DROP NOT NULL',
      'ALTER TABLE seat ALTER room SET NOT NULL',
    ],
  ])('%s is found', async (_what, drift, repair) => {
    await dataSource.query(drift);
    await expect(assertNoDrift(dataSource)).rejects.toThrow('differs from the entities');
    await dataSource.query(repair);
    await assertNoDrift(dataSource);
  });
});
