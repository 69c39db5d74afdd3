import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendsToKafka, appendsToPostgres, commits, marksPublished, movesPosition } from './wire';

/** As `pg` frames them: type, length, and what belongs to the message. */
function message(type: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + length.length);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body)]);
}

describe('what a chunk of bytes asks for', () => {
  test('a commit is a statement of its own, not a word in a text', () => {
    expect(commits(message('Q', 'COMMIT\0'))).toBe(true);
    expect(commits(message('P', "\0SELECT 'COMMIT now'\0\0\0"))).toBe(false);
  });

  test('an append is known by its prepared statement, when it is parsed and when it is bound', () => {
    expect(appendsToPostgres(message('B', '\0append\0\0\0'))).toBe(true);
    expect(appendsToPostgres(Buffer.concat([message('S', ''), message('B', '\0append\0\0\0')]))).toBe(true);
    expect(appendsToPostgres(message('B', '\0fetch\0\0\0'))).toBe(false);
  });

  test('the position of a batch and the mark of the outbox are told apart', () => {
    const position = message('P', '\0UPDATE consumer_progress AS p SET next_offset = moved.next_offset\0\0\0');
    const mark = message('P', '\0UPDATE outbox SET published_at = clock_timestamp()\0\0\0');
    expect([movesPosition(position), marksPublished(position)]).toEqual([true, false]);
    expect([movesPosition(mark), marksPublished(mark)]).toEqual([false, true]);
  });

  test('the services still say what is looked for', () => {
    const source = (file: string) => readFileSync(join(__dirname, '../../../libs/messaging/src', file));
    expect(movesPosition(source('consumption/batch-transaction.ts'))).toBe(true);
    expect(marksPublished(source('outbox/sql-outbox-store.ts'))).toBe(true);
    expect(source('postgres/record.appender.ts').includes("name: 'append'")).toBe(true);
  });

  test('of the requests of Kafka only Produce appends', () => {
    const request = (apiKey: number) => {
      const chunk = Buffer.alloc(32);
      chunk.writeInt16BE(apiKey, 4);
      return chunk;
    };
    expect(appendsToKafka(request(0))).toBe(true);
    expect(appendsToKafka(request(1))).toBe(false);
    expect(appendsToKafka(Buffer.alloc(4))).toBe(false);
  });
});
