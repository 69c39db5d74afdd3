/** What a chunk of bytes from a client asks for, as far as faults have to aim at it. */

/** Message types of PostgreSQL are one byte, its texts end with a zero. */
const COMMIT = Buffer.from('COMMIT\0');
const MOVE_POSITION = Buffer.from('UPDATE consumer_progress ');
const MARK_PUBLISHED = Buffer.from('UPDATE outbox SET published_at');
/** The prepared statement that appends to the log: by name when it is bound, by text when it is parsed. */
const APPEND = Buffer.from('\0append\0');

export function commits(chunk: Buffer): boolean {
  return chunk.includes(COMMIT);
}

export function movesPosition(chunk: Buffer): boolean {
  return chunk.includes(MOVE_POSITION);
}

export function marksPublished(chunk: Buffer): boolean {
  return chunk.includes(MARK_PUBLISHED);
}

export function appendsToPostgres(chunk: Buffer): boolean {
  return chunk.includes(APPEND);
}

/** A request of Kafka begins with its length and the number of what it asks for. */
const API_KEY_OFFSET = 4;
const API_PRODUCE = 0;
const REQUEST_HEADER_BYTES = 8;

export function appendsToKafka(chunk: Buffer): boolean {
  return chunk.length > REQUEST_HEADER_BYTES && chunk.readInt16BE(API_KEY_OFFSET) === API_PRODUCE;
}
