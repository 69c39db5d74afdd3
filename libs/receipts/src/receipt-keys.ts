import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** Published form of a key that signs, or once signed, receipts: a JSON Web Key of RFC 8037. */
export interface PublishedReceiptKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly use: 'sig';
  readonly alg: 'EdDSA';
  readonly kid: string;
  /** The 32 bytes of the public key, base64url. */
  readonly x: string;
  /** From when on this key signs no more; its receipts stay valid. Null for a key in use. */
  readonly retiredAt: string | null;
}

/** @param key private or public; only the public part is published */
export function publishReceiptKey(kid: string, key: KeyObject, retiredAt: string | null = null): PublishedReceiptKey {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  const { crv, x } = publicKey.export({ format: 'jwk' });
  if (crv !== 'Ed25519' || !x) throw new TypeError('receipts need an Ed25519 key');
  return { kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA', kid, x, retiredAt };
}

/** @returns what `verifyReceipt` takes */
export function receiptKeyFrom(published: Pick<PublishedReceiptKey, 'x'>): KeyObject {
  const jwk: JsonWebKey = { kty: 'OKP', crv: 'Ed25519', x: published.x };
  return createPublicKey({ key: jwk, format: 'jwk' });
}
