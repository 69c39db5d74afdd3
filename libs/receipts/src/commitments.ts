import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { encodeFields } from './field-encoding';

const SALT_DOMAIN = 'petabakat.salt.v1';
const ANSWER_DOMAIN = 'petabakat.answer.v1';
/** 128 bits: nobody finds the answer of an item with five options by trying them. */
const SALT_BYTES = 16;
/** As long as the output of SHA-256; a shorter secret would be the weakest part of the commitment. */
const SECRET_BYTES_MIN = 32;

export interface CommittedAnswer {
  readonly attemptId: string;
  readonly itemId: string;
  readonly seq: number;
  /** As parsed from JSON: text, number, boolean, null or a list of texts. */
  readonly response: unknown;
}

/**
 * Salted hashes that bind an answer without showing it. The same answer with the same `seq` always gives the same
 * commitment, on every gateway, so a repeat is recognised by it.
 */
export class Commitments {
  private readonly secret: KeyObject;

  constructor(secret: Uint8Array) {
    if (secret.length < SECRET_BYTES_MIN) {
      throw new RangeError(`the secret of the commitments must have at least ${SECRET_BYTES_MIN} bytes`);
    }
    this.secret = createSecretKey(secret);
  }

  /** What opens one commitment. Given to the participant and the auditor only. */
  salt(attemptId: string, seq: number): Buffer {
    const digest = createHmac('sha256', this.secret)
      .update(encodeFields(SALT_DOMAIN, attemptId, seq))
      .digest();
    return digest.subarray(0, SALT_BYTES);
  }

  /** @returns 64 hexadecimal digits */
  commit(answer: CommittedAnswer): string {
    return commitmentOf(answer, this.salt(answer.attemptId, answer.seq));
  }
}

/** The commitment of an answer under a known salt: what an auditor recomputes. */
export function commitmentOf(answer: CommittedAnswer, salt: Uint8Array): string {
  const { attemptId, itemId, seq, response } = answer;
  return hash('sha256', encodeFields(ANSWER_DOMAIN, salt, attemptId, itemId, seq, JSON.stringify(response)), 'hex');
}
