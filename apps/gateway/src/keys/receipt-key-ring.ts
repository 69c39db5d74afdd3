import { createPrivateKey } from 'node:crypto';
import { DomainError } from '@app/contracts';
import { type PublishedReceiptKey, ReceiptSigner, publishReceiptKey, receiptKeyFrom } from '@app/receipts';

export interface ReceiptKeyRingOptions {
  readonly kid: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  /** Keys of other gateways and retired ones. */
  readonly furtherKeys: readonly PublishedReceiptKey[];
}

/** The key that signs, and all keys whose receipts somebody may hold. */
export class ReceiptKeyRing {
  readonly signer: ReceiptSigner;
  readonly published: readonly PublishedReceiptKey[];

  /** @throws DomainError `config.invalid` */
  constructor(options: ReceiptKeyRingOptions) {
    const { kid, furtherKeys } = options;
    try {
      const privateKey = createPrivateKey(options.privateKey);
      this.signer = new ReceiptSigner(kid, privateKey);
      for (const { x } of furtherKeys) receiptKeyFrom({ x });
      const others = furtherKeys.filter((key) => key.kid !== kid);
      this.published = [publishReceiptKey(kid, privateKey), ...others];
      assertUnambiguous(this.published[0]!, furtherKeys);
    } catch (cause) {
      throw new DomainError('config.invalid', 'the keys of the receipts are not valid', { cause });
    }
  }
}

/** One id for two keys would make old receipts look forged. */
function assertUnambiguous(own: PublishedReceiptKey, furtherKeys: readonly PublishedReceiptKey[]): void {
  const keys = new Map([[own.kid, own.x]]);
  for (const { kid, x } of furtherKeys) {
    if ((keys.get(kid) ?? x) !== x) throw new Error(`the key id ${kid} stands for two keys`);
    keys.set(kid, x);
  }
}
