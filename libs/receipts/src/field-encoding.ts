/** Bytes that say how long a field is. */
const LENGTH_BYTES = 4;
/** Integers are written as unsigned 64-bit numbers, whatever their size, so that a field's width says nothing. */
const INTEGER_BYTES = 8;

export type Field = string | Uint8Array | bigint | number;

/**
 * Joins fields so that no two different lists of fields give the same bytes: each field is its length (4 bytes, big
 * endian) and its content. Text is UTF-8, an integer is 8 bytes big endian. No JSON canonicalisation anywhere.
 */
export function encodeFields(...fields: readonly Field[]): Buffer {
  let size = 0;
  for (const field of fields) size += LENGTH_BYTES + byteLengthOf(field);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const field of fields) {
    const length = byteLengthOf(field);
    at = bytes.writeUInt32BE(length, at);
    writeField(bytes, field, at);
    at += length;
  }
  return bytes;
}

function byteLengthOf(field: Field): number {
  if (typeof field === 'string') return Buffer.byteLength(field, 'utf8');
  return field instanceof Uint8Array ? field.length : INTEGER_BYTES;
}

function writeField(bytes: Buffer, field: Field, at: number): void {
  if (typeof field === 'string') {
    bytes.write(field, at, 'utf8');
  } else if (field instanceof Uint8Array) {
    bytes.set(field, at);
  } else {
    bytes.writeBigUInt64BE(typeof field === 'number' ? exactInteger(field) : field, at);
  }
}

function exactInteger(value: number): bigint {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError('only integers from 0 to 2^53 - 1 have an encoding');
  return BigInt(value);
}
