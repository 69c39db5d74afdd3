import { type KeyObject, sign, verify } from 'node:crypto';
import { encodeFields } from './field-encoding';

const RECEIPT_DOMAIN = 'petabakat.receipt.v1';
const LEAF_DOMAIN = 'petabakat.leaf.v1';
const SIGNATURE_BYTES = 64;

/** Where the log holds which answer, and when the gateway received it. */
export interface RecordedAnswer {
  readonly attemptId: string;
  readonly itemId: string;
  readonly seq: number;
  /** 64 hexadecimal digits. */
  readonly commitment: string;
  readonly partition: number;
  readonly offset: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly receivedAt: string;
}

/** The statement of the holder of key `kid` that the log holds this commitment at this position since this time. */
export interface Receipt extends RecordedAnswer {
  readonly kid: string;
  /** Ed25519, base64url without padding. */
  readonly signature: string;
}

/** What stands in the attempt's tree for the first record of a `seq`. */
export function leafOf(answer: RecordedAnswer): Buffer {
  return encodeFields(LEAF_DOMAIN, ...fieldsOf(answer));
}

export class ReceiptSigner {
  constructor(
    readonly kid: string,
    private readonly privateKey: KeyObject,
  ) {
    assertEd25519(privateKey, 'private');
  }

  /**
   * Signs on libuv's thread pool. It costs as much CPU as signing in place (about 35 µs), but leaves only a seventh of
   * it on the event loop, which also has the requests to serve.
   */
  sign(answer: RecordedAnswer): Promise<Receipt> {
    const { attemptId, itemId, seq, commitment, partition, offset, receivedAt } = answer;
    const { kid } = this;
    return new Promise((resolve, reject) => {
      sign(null, signedBytesOf(kid, answer), this.privateKey, (error, signature) => {
        if (error) return reject(error);
        const text = signature.toString('base64url');
        resolve({ attemptId, itemId, seq, commitment, partition, offset, receivedAt, kid, signature: text });
      });
    });
  }
}

/** Whether the holder of the key signed exactly this receipt. Takes receipts from anywhere; never throws for one. */
export function verifyReceipt(receipt: Receipt, publicKey: KeyObject): boolean {
  assertEd25519(publicKey, 'public');
  if (!hasEncoding(receipt)) return false;
  const signature = Buffer.from(receipt.signature, 'base64url');
  // Decoding skips foreign characters; only the one text that encoding gives is a signature.
  if (signature.length !== SIGNATURE_BYTES || signature.toString('base64url') !== receipt.signature) return false;
  return verify(null, signedBytesOf(receipt.kid, receipt), publicKey, signature);
}

function signedBytesOf(kid: string, answer: RecordedAnswer): Buffer {
  return encodeFields(RECEIPT_DOMAIN, kid, ...fieldsOf(answer));
}

function fieldsOf(answer: RecordedAnswer): (string | number)[] {
  const { attemptId, itemId, seq, commitment, partition, offset, receivedAt } = answer;
  return [attemptId, itemId, seq, commitment, partition, offset, receivedAt];
}

function hasEncoding(receipt: Receipt): boolean {
  const { kid, attemptId, itemId, seq, commitment, partition, offset, receivedAt, signature } = receipt;
  return (
    [kid, attemptId, itemId, commitment, receivedAt, signature].every((text) => typeof text === 'string') &&
    [seq, partition, offset].every((number) => Number.isSafeInteger(number) && number >= 0)
  );
}

function assertEd25519(key: KeyObject, type: 'private' | 'public'): void {
  if (key.type !== type || key.asymmetricKeyType !== 'ed25519') {
    throw new TypeError(`receipts need an Ed25519 ${type} key`);
  }
}
