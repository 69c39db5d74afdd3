import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { PublishedKey, StoredAnswer } from '../client/platform.client';
import type { Receipt } from '../client/receipt';

/**
 * The checks of docs/receipts.md, written from that document alone: what a participant's own program would do with a
 * receipt.
 */
type Field = string | number | Buffer;

const LENGTH_BYTES = 4;
const INTEGER_BYTES = 8;
const LEAF_PREFIX = Buffer.from([0]);
const NODE_PREFIX = Buffer.from([1]);

export class ReceiptKeys {
  private readonly keys: ReadonlyMap<string, KeyObject>;
  private readonly checked = new WeakMap<Receipt, boolean>();

  constructor(published: readonly PublishedKey[]) {
    this.keys = new Map(
      published.map(({ kid, kty, crv, x }) => [kid, createPublicKey({ key: { kty, crv, x }, format: 'jwk' })]),
    );
  }

  /** Each receipt is checked once: twenty thousand signatures take seconds. */
  isGenuine(receipt: Receipt): boolean {
    const known = this.checked.get(receipt);
    if (known !== undefined) return known;
    const isGenuine = this.check(receipt);
    this.checked.set(receipt, isGenuine);
    return isGenuine;
  }

  private check(receipt: Receipt): boolean {
    const { kid, attemptId, itemId, seq, commitment, partition, offset, receivedAt } = receipt;
    const key = this.keys.get(kid);
    const signed = ['petabakat.receipt.v1', kid, attemptId, itemId, seq, commitment, partition, offset, receivedAt];
    return key !== undefined && verify(null, encoded(signed), key, Buffer.from(receipt.signature, 'base64url'));
  }
}

/** The commitment that the answer, opened with its salt, must have. */
export function commitmentOf(attemptId: string, { itemId, seq, response, salt }: StoredAnswer): string {
  const opened = Buffer.from(salt, 'base64url');
  return sha256(encoded(['petabakat.answer.v1', opened, attemptId, itemId, seq, JSON.stringify(response)])).toString(
    'hex',
  );
}

/** The RFC 9162 root over an attempt's answers, given in the order of the log. */
export function rootOf(attemptId: string, partition: number, answers: readonly StoredAnswer[]): string {
  const leaves = answers.map(({ itemId, seq, commitment, offset, receivedAt }) =>
    sha256(
      LEAF_PREFIX,
      encoded(['petabakat.leaf.v1', attemptId, itemId, seq, commitment, partition, offset, receivedAt]),
    ),
  );
  return treeHash(leaves).toString('hex');
}

function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  // The left half is the largest power of two below the number of leaves.
  const left = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return sha256(NODE_PREFIX, treeHash(leaves.slice(0, left)), treeHash(leaves.slice(left)));
}

function encoded(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap((field) => lengthAndContent(contentOf(field))));
}

function contentOf(field: Field): Buffer {
  if (typeof field !== 'number') return Buffer.from(field as string);
  const content = Buffer.alloc(INTEGER_BYTES);
  content.writeBigUInt64BE(BigInt(field));
  return content;
}

function lengthAndContent(content: Buffer): Buffer[] {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(content.length);
  return [length, content];
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
