import { createHash, createHmac, createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { ReceiptFields } from '../../load/history/history.format';

/** Written from docs/receipts.md alone: the library that signs is not asked whether it signs well. */

const SALT_BYTES = 16;

/** The first record of one `seq`, as a leaf of the attempt's tree. */
export interface Leaf {
  readonly attemptId: string;
  readonly itemId: string;
  readonly seq: number;
  readonly commitment: string;
  readonly partition: number;
  readonly offset: number;
  readonly receivedAt: string;
}

export function commitmentOf(
  secret: Buffer,
  answer: { attemptId: string; itemId: string; seq: number; response: unknown },
): string {
  const { attemptId, itemId, seq, response } = answer;
  const salt = createHmac('sha256', secret)
    .update(encoded('petabakat.salt.v1', attemptId, seq))
    .digest();
  const bytes = encoded(
    'petabakat.answer.v1',
    salt.subarray(0, SALT_BYTES),
    attemptId,
    itemId,
    seq,
    JSON.stringify(response),
  );
  return createHash('sha256').update(bytes).digest('hex');
}

/** Root of the tree of RFC 9162, section 2.1, by its recursive definition. */
export function rootOf(leaves: readonly Leaf[]): string {
  return treeHash(leaves.map(leafHash)).toString('hex');
}

/** Keys by `kid`, from the JSON Web Keys that the service publishes. */
export class PublishedKeys {
  private readonly keys = new Map<string, KeyObject>();

  constructor(jwks: readonly object[]) {
    for (const jwk of jwks as readonly { kid: string }[]) {
      this.keys.set(jwk.kid, createPublicKey({ key: jwk, format: 'jwk' }));
    }
  }

  verifies(receipt: ReceiptFields): boolean {
    const key = this.keys.get(receipt.kid);
    if (!key) return false;
    const { kid, attemptId, itemId, seq, commitment, partition, offset, receivedAt } = receipt;
    const bytes = encoded(
      'petabakat.receipt.v1',
      kid,
      attemptId,
      itemId,
      seq,
      commitment,
      partition,
      offset,
      receivedAt,
    );
    return verify(null, bytes, key, Buffer.from(receipt.signature, 'base64url'));
  }
}

function leafHash({ attemptId, itemId, seq, commitment, partition, offset, receivedAt }: Leaf): Buffer {
  const body = encoded('petabakat.leaf.v1', attemptId, itemId, seq, commitment, partition, offset, receivedAt);
  return sha256(Buffer.of(0), body);
}

function treeHash(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return sha256();
  if (hashes.length === 1) return hashes[0]!;
  let left = 1;
  while (left * 2 < hashes.length) left *= 2;
  return sha256(Buffer.of(1), treeHash(hashes.slice(0, left)), treeHash(hashes.slice(left)));
}

function encoded(...fields: readonly (string | number | Buffer)[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const content = contentOf(field);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(content.length);
      return [length, content];
    }),
  );
}

function contentOf(field: string | number | Buffer): Buffer {
  if (typeof field === 'string') return Buffer.from(field, 'utf8');
  if (typeof field !== 'number') return field;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(field));
  return bytes;
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
